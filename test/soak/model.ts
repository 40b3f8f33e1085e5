import { setTimeout as delay } from 'node:timers/promises';
import { BREAK_OFF, asksFor, says, type ScriptedReply, type Script } from '../support/scripted-model';
import { chunk } from '../support/streamed-completion';
import { type Ledger } from './ledger';
import { answerTo, FIRST_WORDS, type Question, type Task, taskOf, TOOLS } from './question';

/** A model that does to each question what the question says. */
export function faultyModel(ledger: Ledger): Script {
  return ({ messages, tools = [], stream = false }) => {
    const question = JSON.parse(lastSaid(messages)) as Question;
    const step = messages.filter(({ role }) => role === 'tool').length;
    const call = ledger.ask(question, step);
    const wanted = question.kind === 'plain' ? undefined : TOOLS[question.kind];
    const isOffered = tools.some((tool) => tool.function.name === wanted);
    const isLast = wanted === undefined || !isOffered || step > 0;
    if (question.hangsUp === 'silence') return silence();
    if (isLast && question.hangsUp === 'words') return { events: firstWords() };
    if (isLast && question.hangsUp === 'call') return silence();
    const isFaulty = isLast || !question.isLate;
    const fault = isFaulty ? faulty(question, call, stream) : undefined;
    const isAnswer = !fault || (question.fault === 'half' && stream) || question.fault === 'garbage';
    if (isAnswer) ledger.answer(question, step);
    if (fault) return fault;
    return isLast ? says(answerTo(question)) : asksFor([wanted, { task: JSON.stringify(taskOf(question)) }]);
  };
}

/** The model of another agent, which does as it is told. */
export function workingModel(ledger: Ledger): Script {
  return async ({ messages }) => {
    const { id, takesMs } = JSON.parse(lastSaid(messages)) as Task;
    ledger.takeTask(id);
    await delay(takesMs);
    return says('helped');
  };
}

function lastSaid(messages: Parameters<Script>[0]['messages']): string {
  return String(messages.findLast(({ role }) => role === 'user')?.content);
}

function faulty(
  { fault }: Question,
  call: number,
  stream: boolean,
): ScriptedReply | Promise<never> | undefined {
  switch (fault) {
    case 'busy':
      return call === 1 ? { status: 429, headers: { 'retry-after': '0' }, body: {} } : undefined;
    case 'broken':
      return { status: 500, body: 'http://10.0.0.7 is down' };
    case 'garbage':
      return { body: '<html>nobody expects this</html>', whole: true };
    case 'half':
      return stream ? { events: [chunk({ content: FIRST_WORDS }), BREAK_OFF] } : { events: [BREAK_OFF] };
    case 'nothing':
      return silence();
    default:
      return undefined;
  }
}

async function* firstWords(): AsyncGenerator<object> {
  yield chunk({ content: FIRST_WORDS });
  await silence();
}

function silence(): Promise<never> {
  return new Promise<never>(() => undefined);
}
