import { createServer } from 'node:http';
import { bareCalls } from './agent-calls';

/** The least that a process can do which answers a question by two model calls and a tool call: those, and HTTP. */
const { PORT, MODEL_URL = '', TOOLS_URL = '' } = process.env;

createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const question = JSON.parse(body) as Question;
    void bareCalls(MODEL_URL, TOOLS_URL, question).then((answer) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
  });
}).listen(Number(PORT), '127.0.0.1', () => console.log('listening'));

type Question = Parameters<typeof bareCalls>[2];
