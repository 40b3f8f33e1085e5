import { BREAK_OFF, asksFor, says, type ScriptedReply, type Script } from '../support/scripted-model';
import { chunk } from '../support/streamed-completion';
import { answerTo, type Question, TOOLS } from './question';

/** A model that does to each question what the question says. */
export function faultyModel(): { readonly script: Script; callsOf(id: number): number } {
  const calls = new Map<number, number>();
  const script: Script = ({ messages, tools = [], stream }) => {
    const asked = messages.findLast(({ role }) => role === 'user')?.content;
    const question = JSON.parse(String(asked)) as Question;
    const call = (calls.get(question.id) ?? 0) + 1;
    calls.set(question.id, call);
    if (question.hangsUp) return new Promise(() => undefined);
    const fault = faulty(question, call, stream ?? false);
    if (fault) return fault;
    const wanted = question.kind === 'plain' ? undefined : TOOLS[question.kind];
    const isOffered = tools.some((tool) => tool.function.name === wanted);
    const isTold = messages.some(({ role }) => role === 'tool');
    return wanted !== undefined && isOffered && !isTold
      ? asksFor([wanted, { task: 'help', text: 'help' }])
      : says(answerTo(question));
  };
  return { script, callsOf: (id) => calls.get(id) ?? 0 };
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
      return stream ? { events: [chunk({ content: 'the answer' }), BREAK_OFF] } : { events: [BREAK_OFF] };
    case 'nothing':
      return new Promise<never>(() => undefined);
    default:
      return undefined;
  }
}
