import { attributes, message, type Message } from './read';
import { type Attributes } from './records';

/** Who sent a batch: the attributes of its resource, and the service that they name. */
export function resourceOf(batch: Message): { service: string; resource: Attributes } {
  const resource = attributes(message(batch.resource, 'resource').attributes, 'resource.attributes');
  const name = resource['service.name'];
  return { service: typeof name === 'string' && name !== '' ? name : 'unknown_service', resource };
}
