import { render } from 'svelte/server';
import { expect, test } from 'vitest';
import type { HelpView } from '../../src/lib/contracts/pages.ts';
import Help from '../../src/lib/ui/mini/help.svelte';
import type { TextKey } from '../../src/lib/ui/texts/words.ts';
import { shownPages } from './page-views.ts';

const { frame } = shownPages('en')[0]!;
const chrome = { frame, base: '/a/x', here: '/a/x/help', languages: ['en'] };
const OPEN: HelpView = {
	closed: [],
	person: null,
	stopped: false,
	linkUntil: '24 November 2026, 14:35',
	over: false
};
const page = (view: Partial<HelpView>, said?: TextKey) =>
	render(Help, { props: { chrome, view: { ...OPEN, ...view }, ...(said && { said }) } }).body;

const WRITE = 'write to you again';
const NO_MORE = 'We send you no more messages';

test('the help page never says both that we write again and that we write no more', () => {
	const open = page({ reminder: '24 November 2026' });
	expect(open).toContain(WRITE);
	expect(open).not.toContain(NO_MORE);
	const stopped = page({ closed: ['later'], stopped: true });
	expect(stopped).toContain(NO_MORE);
	expect(stopped).not.toContain(WRITE);
	expect(stopped).not.toContain('?/later');
});

test('while nobody can say when we write again, the page names no day', () => {
	const kept = page({ reminder: null });
	expect(kept).toContain('cannot name the day');
	expect(kept).not.toContain('again on');
});

test('a wish that was refused says why, and until when the link works', () => {
	expect(page({}, 'help.later.too-late')).toContain('works until 24 November 2026, 14:35');
	const said: TextKey = 'help.later.stopped';
	expect(page({ closed: ['later'], stopped: true }, said)).toContain('cannot write to you again');
	// The address alone makes the page say nothing untrue.
	expect(page({}, said)).not.toContain('cannot write to you again');
});

test('only who asked for a person is thanked; whoever did not can still ask', () => {
	const [asked, looking, nobody] = (['asked', 'looking', null] as const).map((person) =>
		page({ person })
	);
	expect(asked).toContain('Thank you. A person has it now');
	expect(asked).not.toContain('?/person');
	for (const open of [looking, nobody]) {
		expect(open).not.toContain('Thank you.');
		expect(open).toContain('?/person');
	}
	expect(looking).toContain('already looking at this');
	expect(nobody).not.toContain('already looking at this');
});
