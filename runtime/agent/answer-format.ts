import { type ResponseFormat } from './http/parameters';
import { type JsonSchemas } from './tools/json-schemas';
import { type ModelParameters } from './model/model';
import { type NextStep } from './next-step';

/** What a client wants an answer to be. */
export interface AnswerFormat {
  /** What is wrong with an answer. */
  problemsOf(answer: string): readonly string[];
}

export function wantsText({ response_format: wanted }: ModelParameters): boolean {
  return wanted === undefined || (wanted as { type: string }).type === 'text'; // `parseChatRequest` saw to it
}

/** @returns undefined for text, which may be anything */
export function answerFormat(
  { response_format: wanted }: ModelParameters,
  schemas: JsonSchemas,
): AnswerFormat | undefined {
  if (wanted === undefined) return undefined;
  const { type, json_schema: named } = wanted as { type: ResponseFormat; json_schema?: { schema?: object } }; // `parseChatRequest` saw to it
  switch (type) {
    case 'text':
      return undefined;
    case 'json_object':
      return jsonFormat(schemas, { type: 'object' });
    case 'json_schema':
      return jsonFormat(schemas, { ...named?.schema });
  }
}

/** An answer that does not fit is none. JSON in a fence, as models like to write it, is taken out of it. */
export function inFormat(step: NextStep, format: AnswerFormat | undefined): NextStep {
  // Whoever refuses says so in words.
  if (step.kind !== 'answer' || step.content === null || !format) return step;
  const content = FENCED.exec(step.content)?.[1] ?? step.content;
  const problems = format.problemsOf(content);
  return problems.length === 0 ? { ...step, content } : { kind: 'misfit', problems };
}

const FENCED = /^\s*```(?:json)?[^\S\n]*\n([^]*?)\n?```\s*$/i;

function jsonFormat(schemas: JsonSchemas, schema: Readonly<Record<string, unknown>>): AnswerFormat {
  return {
    problemsOf: (answer) => {
      try {
        return schemas.problemsOf(JSON.parse(answer), schema);
      } catch {
        return ['it is no JSON'];
      }
    },
  };
}
