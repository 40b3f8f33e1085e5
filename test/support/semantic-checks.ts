import { type Check } from './objects';
import { containerProblems } from './semantic/containers';
import { deliveryProblems } from './semantic/delivery';
import { identityProblems } from './semantic/identity';
import { nameProblems } from './semantic/names';
import { networkProblems } from './semantic/network';
import { portProblems } from './semantic/ports';
import { quantityProblems } from './semantic/quantities';
import { referenceProblems } from './semantic/references';
import { scalingProblems } from './semantic/scaling';
import { selectorProblems } from './semantic/selectors';

const CHECKS: readonly Check[] = [
  identityProblems,
  nameProblems,
  selectorProblems,
  portProblems,
  referenceProblems,
  quantityProblems,
  containerProblems,
  networkProblems,
  scalingProblems,
  deliveryProblems,
];

/** What no schema tells: names, references, selectors, ports, quantities and addresses, across all objects. */
export const semanticProblems: Check = (objects) => CHECKS.flatMap((check) => check(objects));
