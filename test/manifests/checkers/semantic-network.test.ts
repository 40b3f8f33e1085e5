import { N, policy, seeDefects } from './defects';

describe('policies', () =>
  seeDefects([
    [
      'no direction',
      policy((spec) => (spec.policyTypes = [])),
      `${N}it does not say which directions it is about`,
      `${N}its egress rules are not in force`,
    ],
    [
      'rules that are not in force',
      policy((spec) => (spec.policyTypes = ['Ingress'])),
      `${N}its egress rules are not in force`,
    ],
    [
      'no block',
      policy(({ egress }) => egress.push({ to: [{ ipBlock: { cidr: '999.0.0.0/8' } }] })),
      `${N}"999.0.0.0/8" is no block of addresses`,
    ],
    [
      'an exception that is no part',
      policy(({ egress }) =>
        egress.push({
          to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16', 'a', '10.0.0.0/8'] } }],
        }),
      ),
      `${N}11.0.0.0/16 is not a part of 10.0.0.0/8`,
      `${N}"a" is no block of addresses`,
      `${N}10.0.0.0/8 is not a part of 10.0.0.0/8`,
    ],
    ['a peer that is nobody', policy(({ egress }) => egress.push({ to: [{}] })), `${N}a peer is nobody`],
    [
      'a peer that is two things',
      policy(({ egress }) => egress.push({ to: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] })),
      `${N}a peer is both an address and a pod`,
    ],
    [
      'ranges that are none',
      policy(({ egress }) => egress.push({ ports: [{ port: 9, endPort: 8 }, { endPort: 8 }] })),
      `${N}a range of ports ends at 8, before it begins at 9`,
      `${N}a range ends at port 8 and begins nowhere`,
    ],
  ]));
