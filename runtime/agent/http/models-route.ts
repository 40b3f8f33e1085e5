import { type FastifyInstance } from 'fastify';
import { MODELS_PATH } from '../../contract';
import { NotFoundError } from '../../process/errors';

/** To clients of OpenAI, an agent is a model. */
export function addModelRoutes(server: FastifyInstance, agent: string): void {
  const model = { id: agent, object: 'model', created: Math.floor(Date.now() / 1000), owned_by: 'kaos' };
  server.get(MODELS_PATH, () => ({ object: 'list', data: [model] }));
  server.get<{ Params: { id: string } }>(`${MODELS_PATH}/:id`, ({ params }) => {
    if (params.id === agent) return model;
    throw new NotFoundError('there is no model of that name');
  });
}
