import { readManifests, readOthers } from '../local/manifests';
import { buildPlan, type Plan } from '../local/plan';
import { checkReferences } from '../local/references';

/**
 * What is to run of the charts that were named.
 *
 * @throws UserError when it could not run
 */
export function readPlan(directory: string, charts: readonly string[]): Plan {
  const plan = buildPlan(readManifests(directory, charts));
  checkReferences(plan, () => readOthers(directory, plan.charts));
  return plan;
}
