import { Callers } from '../callers';
import { clusterOf } from '../cluster';
import { Egress } from '../egress';
import { fail } from '../fail';
import { described } from '../given';
import { dnsWays, podPeer, type Way } from './network-policy';
import { type Workload } from './workload';

/** The edges of a workload as ways in and out of its pods. */
export class Ways {
  private readonly in: Way[] = [];
  private readonly out: Way[] = [];

  constructor(private readonly workload: Workload) {
    workload.owner.node.addValidation({ validate: () => this.problems() });
  }

  /** Ways in, those that report here included. Complete at synthesis. */
  get ingress(): readonly Way[] {
    const { workload } = this;
    const reporters = workload.reporters.map((reporter) => ({
      peer: podPeer(reporter.selector, reporter.namespace, workload.namespace),
      ports: [reporter.reporting?.port ?? workload.ports[0].port],
    }));
    return [...this.in, ...reporters];
  }

  /** Ways out, DNS and telemetry included. Complete at synthesis. */
  get egress(): readonly Way[] {
    return [...this.out, ...this.reportingWays(), ...dnsWays(clusterOf(this.workload))];
  }

  /** Opens the way to another workload on both sides. */
  addCallee(callee: Workload): void {
    const { workload } = this;
    const ports = [callee.ports[0].port];
    this.out.push({ peer: podPeer(callee.selector, callee.namespace, workload.namespace), ports });
    callee.ways.in.push({ peer: podPeer(workload.selector, workload.namespace, callee.namespace), ports });
    this.checkNamespaces(callee);
  }

  addOutside(egress: Egress): void {
    const { owner } = this.workload;
    // Props that come from a file have met no compiler.
    if (!(egress instanceof Egress)) {
      fail(owner, `an entry of egress is ${described(egress)}`, 'give Egress.toUrl(…) or another of Egress');
      return;
    }
    const { peers, ports, problem, fix } = egress;
    if (problem !== undefined) fail(owner, problem, fix);
    this.out.push(...peers.map((peer) => ({ peer, ports })));
  }

  addCallers(callers: Callers, ports: readonly number[]): void {
    const { owner } = this.workload;
    if (!(callers instanceof Callers)) {
      fail(owner, `an entry of callers is ${described(callers)}`, 'give one of Callers');
      return;
    }
    const { peer, problem } = callers;
    if (problem !== undefined)
      fail(owner, problem, 'give a CIDR such as 10.0.0.0/8, or the name of a namespace');
    this.in.push({ peer, ports });
  }

  private reportingWays(): Way[] {
    const { workload } = this;
    const { reporting } = workload;
    if (!reporting) return [];
    const { to, port } = reporting;
    if ('peers' in to) return to.peers.map((peer) => ({ peer, ports: to.ports }));
    return [{ peer: podPeer(to.selector, to.namespace, workload.namespace), ports: [port] }];
  }

  private checkNamespaces(callee: Workload): void {
    const problem = this.unknownNamespace(callee);
    if (problem) fail(this.workload.owner, ...problem);
  }

  /** What is known at synthesis alone: where it reports to. */
  private problems(): string[] {
    const { reporting } = this.workload;
    const problem = reporting && !('peers' in reporting.to) && this.unknownNamespace(reporting.to);
    return problem ? [problem.join('; ')] : [];
  }

  /** A name without a namespace is looked up in that of the caller. */
  private unknownNamespace(callee: Workload): [string, string] | undefined {
    const { workload } = this;
    const isKnown = workload.chart === callee.chart || (workload.namespace && callee.namespace);
    if (isKnown || workload.namespace === callee.namespace) return undefined;
    const chart = workload.namespace ? callee.chart : workload.chart;
    return [
      `it calls ${callee.owner.node.path}, and chart ${chart.node.path} has no namespace`,
      'give both charts one',
    ];
  }
}
