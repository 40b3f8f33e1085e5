import { type AgentConfig } from '../../contract';
import { DelegationCycleError, DelegationDepthError } from '../../process/limit-errors';
import { type Delegation } from './delegation-headers';

/**
 * Agents that delegate in a circle end where they meet again, or, when they mean to, where it gets too deep.
 *
 * @throws DelegationDepthError or DelegationCycleError
 */
export function checkChain(
  { ancestors, allowCycle }: Pick<Delegation, 'ancestors' | 'allowCycle'>,
  { name, maxDelegationDepth }: Pick<AgentConfig, 'name' | 'maxDelegationDepth'>,
): void {
  const chain = [...ancestors, name];
  if (ancestors.length > maxDelegationDepth) throw new DelegationDepthError(maxDelegationDepth, chain);
  if (ancestors.includes(name) && !allowCycle) throw new DelegationCycleError(chain);
}
