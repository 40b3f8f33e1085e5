import { Chart } from 'cdk8s';
import { type IConstruct } from 'constructs';
import { clusterOf } from '../cluster';

/**
 * Where workloads are exposed. Of two at one address, only one would ever be reached. Charts for a cluster without a
 * name are looked at one by one, because they may be for clusters that have the same address each.
 */
export class Addresses {
  private readonly taken = new Map<string, IConstruct[]>();

  /** Gives an address to whoever is exposed there. */
  add(address: string, owner: IConstruct): void {
    const { name } = clusterOf(owner);
    const place = name === undefined ? `chart ${Chart.of(owner).node.path}` : `cluster ${name}`;
    const key = `${place}\n${address}`;
    this.taken.set(key, [...(this.taken.get(key) ?? []), owner]);
  }

  /** Addresses that were given more than once. */
  clashes(): string[] {
    return [...this.taken.entries()]
      .filter(([, owners]) => owners.length > 1)
      .map(([key, owners]) => {
        const [, address] = key.split('\n');
        const paths = owners.map(({ node }) => node.path).sort();
        return `${address} leads to ${paths.join(' and ')}; give each a host name or path of its own`;
      })
      .sort();
  }
}
