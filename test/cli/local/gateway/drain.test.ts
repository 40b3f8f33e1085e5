import { buildGateway } from '../../../../cli/local/gateway/gateway';
import { signalled } from '../../../support/http';
import { closeAll, config, options, post, start, upstream } from './start-gateway';

afterEach(closeAll);

test('a gateway that closes finishes the request that runs', async () => {
  const asked = signalled();
  const closing = signalled();
  const apiBase = await upstream(async (_request, response) => {
    asked.happen();
    await closing.happened;
    response.end('{"id":"late"}');
  });
  const app = buildGateway(await options({ config: config({ apiBase }) }));
  const reply = post(await start(app), { model: 'gpt-4o' });
  await asked.happened;
  // The client keeps its connection afterwards; ending that is for `serve`, and here for `closeAll`.
  void app.close();
  closing.happen();
  expect(await (await reply).json()).toEqual({ id: 'late' });
});
