import { describe, expect, test } from 'vitest';
import { readWorkflow } from '../../src/lib/server/workflows/read-yaml.ts';
import { starterSource } from './workflow-starters.ts';

const source = starterSource('failed-payment');

/** Replaces the first occurrence after a marker. */
function edit(after: string, from: string, to: string): string {
	const at = source.indexOf(from, source.indexOf(after));
	if (at < 0) throw new Error(`nothing to edit: ${after} … ${from}`);
	return source.slice(0, at) + to + source.slice(at + from.length);
}

describe('what is wrong with a sequence is told at its line, with a cure', () => {
	test.each<[string, [string, string, string], RegExp]>([
		[
			'a step names no template',
			['  steps:', 'template: reminder', 'template: remindre'],
			/no template "remindre"/
		],
		['two steps have one name', ['  steps:', 'id: reminder', 'id: invitation'], /another step/],
		[
			'the first step waits for nothing',
			['  steps:', 'template: invitation', 'template: invitation\n      afterHours: 2'],
			/first step goes when the case begins/
		],
		[
			'a later step has no time',
			['  steps:', '      afterHours: 48\n', ''],
			/Nobody knows when the step "reminder" goes/
		],
		[
			'the sequence outlives its link',
			['  steps:', 'afterHours: 48', 'afterHours: 700'],
			/772 hours together/
		],
		[
			'a step has a channel that the record does not know',
			['contacts:', '    whatsapp: whatsapp\n', ''],
			/no contact for "whatsapp"/
		],
		[
			'consent rests on a fact that is none',
			['outreach:', '{ basis: contract }', '{ basis: consent, fact: agreed }'],
			/no fact "agreed"/
		],
		[
			'consent rests on a fact that is no yes or no',
			['outreach:', '{ basis: contract }', '{ basis: consent, fact: balance }'],
			/"balance" is not a yes or no/
		],
		[
			'people are written to at night',
			['outreach:', '  steps:', "  hours: { from: '07:30', to: '20:00' }\n  steps:"],
			/07:30 is a time at which nobody/
		],
		[
			'no time is left',
			['outreach:', '  steps:', "  hours: { from: '18:00', to: '20:00' }\n  steps:"],
			/leaves less than 4 hours/
		],
		[
			'a workflow writes more than everybody may',
			['outreach:', '  steps:', '  caps: { perWeek: 4 }\n  steps:'],
			/outside the bounds/
		]
	])('%s', (_, [after, from, to], message) => {
		const read = readWorkflow(edit(after, from, to));
		const problems = read.ok ? [] : (read.detail ?? []);
		expect(problems).toContainEqual(
			expect.objectContaining({ message: expect.stringMatching(message) as string })
		);
		for (const problem of problems) {
			expect(problem.line).toBeGreaterThan(1);
			expect(problem.cure).toMatch(/\w/);
		}
	});
});
