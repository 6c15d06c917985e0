import { render } from 'svelte/server';
import { expect, test } from 'vitest';
import Differences from '../../src/lib/ui/console/differences.svelte';
import WhoAnswers from '../../src/lib/ui/console/who-answers.svelte';

/** Turns what stands behind it around, and hides. */
const HOSTILE = 'pay \u202e00.1\u202c EUR\u200b';
const SHOWN = 'pay ⟨U+202E⟩00.1⟨U+202C⟩ EUR⟨U+200B⟩';

test('H11: what an approver reads of a change hides nothing and turns nothing around', () => {
	const one = { area: 'Actions', subject: HOSTILE, what: 'Text', field: 'actions.pay.label' };
	const differences = [{ ...one, kind: 'changed' as const, was: HOSTILE, now: HOSTILE }];
	const { body } = render(Differences, { props: { differences } });
	expect(body.split(SHOWN)).toHaveLength(4);
	expect(body).not.toMatch(/[\u202e\u200b]/);
});

test('H11: a customer’s values are marked where it is explained what they would get', () => {
	const lines = [{ label: 'Name', text: HOSTILE }];
	const action = { key: 'pay', label: 'Pay', eligible: false, before: false, limits: [] };
	const clause = { id: 'known', label: 'Known', holds: 'error' as const, read: lines };
	const actions = [{ ...action, clauses: [{ ...clause, error: HOSTILE }], broken: HOSTILE }];
	const seen = { key: 'x', looked: '1', published: 1, source: 'record' as const, masked: false };
	const view = { ...seen, facts: lines, actions };
	const { body } = render(WhoAnswers, { props: { view, looked: 'version 1' } });
	expect(body.split(SHOWN)).toHaveLength(5);
	expect(body).not.toMatch(/[\u202e\u200b]/);
});
