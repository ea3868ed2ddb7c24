import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest test files, so that none of them runs alone at the end. */
const LONGEST = [
  'test/chaos/storm.test.ts',
  'test/journey/start.test.ts',
  'test/cli/command.test.ts',
  'test/lib/alarms.test.ts',
  'test/cli/runbook.test.ts',
  'test/rooms/campaigns/crashes.test.ts',
  'test/journey/main-job.test.ts',
  'test/lib/package.test.ts',
  'test/journey/silence.test.ts',
  'test/runtime/memory.test.ts',
  'test/adapters/whereby/contract.test.ts',
  'test/adapters/daily/contract.test.ts',
  'test/adapters/meetings-api/contract.test.ts',
  'test/adapters/zoom/contract.test.ts',
  'test/lib/synthesis.test.ts',
  'test/journey/newcomer.test.ts',
  'test/journey/command-line.test.ts',
  'test/doctor/credentials.test.ts',
  'test/rooms/campaigns/year.test.ts',
  'test/budgets/budgets.test.ts',
  'test/bin/bundle.test.ts',
  'test/chaos/mutants.test.ts',
  'test/chaos/kills.test.ts',
  'test/journey/resume.test.ts',
  'test/journey/occurrences.test.ts',
];

/** Orders files as Vitest does, but with the slowest of each project first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.indexOf(relative(this.ctx.config.root, moduleId));
      return place < 0 ? LONGEST.length : place;
    };
    const projects = Map.groupBy(await super.sort(files), ({ project }) => project.name);
    return [...projects.values()].flatMap((ofProject) => ofProject.toSorted((a, b) => rank(a) - rank(b)));
  }
}
