import { describe, expect, it } from 'vitest';
import { nodeVersionProblem } from './node-version.ts';

describe('nodeVersionProblem', () => {
  it.each(['20.20.2', '20.21.0', '22.22.2', '22.23.0', '24.14.1', '24.15.0', '25.8.2', '26.0.0', '30.1.2'])(
    'takes %s',
    (version) => {
      expect(nodeVersionProblem(version)).toBeUndefined();
    },
  );

  it.each([
    '18.20.8',
    '20.20.1',
    '20.9.9',
    '21.7.3',
    '22.22.1',
    '22.9.0',
    '23.11.1',
    '24.14.0',
    '25.8.1',
    'x',
  ])('refuses %s and names the floor of each line', (version) => {
    const problem = nodeVersionProblem(version);
    expect(problem).toMatchObject({ name: 'Node.js', given: version });
    expect(problem?.allowed).toContain('20.20.2, 22.22.2, 24.14.1');
  });

  it('takes the version that runs this test', () => {
    expect(nodeVersionProblem(process.versions.node)).toBeUndefined();
  });
});
