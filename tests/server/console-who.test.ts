import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/lib/domain/staff/permissions.ts';
import { previewPage } from '../../src/lib/server/flows/preview-page.ts';
import { saveWorkflowDraft } from '../../src/lib/server/flows/save-workflow-draft.ts';
import { showDraft } from '../../src/lib/server/flows/show-draft.ts';
import { whoGetsWhat } from '../../src/lib/server/flows/who-gets-what.ts';
import { openCase } from '../support/open-case.ts';
import { staffRow } from '../support/staff-rows.ts';
import { startWorld, type World } from '../support/world.ts';

const key = 'collections-plan';
type Looking = Pick<Principal, 'id'>;

let world: World;
let operations: Looking;
let auditor: Looking;
beforeAll(async () => {
	world = await startWorld();
	const { db } = world.parts;
	operations = await staffRow(db, 'operations');
	auditor = await staffRow(db, 'auditor');
	// Without an open case, the record is asked: C-1026 has none here.
	await openCase(world, { workflow: key, customer: 'C-1025' });
	const shown = await showDraft(world.parts, key);
	if (!shown.ok) throw new Error(shown.reason);
	const source = shown.value.source.replaceAll(
		'expression: facts.plan_allowed',
		"expression: '!facts.plan_allowed'"
	);
	await saveWorkflowDraft(world.parts, operations, { key, revision: 0, source });
});
afterAll(() => world.close());

const look = (who: Looking, customer: string, side: string) =>
	whoGetsWhat(world.parts, who, { key, customer, side });
const looks = async () => {
	const rows = await world.parts.db
		.selectFrom('audit_entries')
		.select(['actor', 'act', 'object'])
		.orderBy('id')
		.execute();
	return rows.filter(({ act }) => act === 'look-up-customer');
};

describe('who gets what', () => {
	test('by the draft and by what is published, clause by clause with the values read', async () => {
		const before = await look(operations, 'C-1026', '1');
		const after = await look(operations, 'C-1026', 'draft');
		if (!before.ok || !after.ok) throw new Error('not looked up');
		const plan = (view: typeof before.value) => view.actions.find((one) => one.key === 'plan')!;
		expect(plan(before.value).eligible).toBe(!plan(after.value).eligible);
		expect(plan(after.value).before).toBe(plan(before.value).eligible);
		const refused = [plan(before.value), plan(after.value)].find(({ eligible }) => !eligible)!;
		const clause = refused.clauses.find(({ holds }) => holds === 'no')!;
		expect(clause.read).toEqual([
			{ label: 'Plan allowed', text: expect.stringMatching(/^(yes|no)$/) as string }
		]);
		expect(after.value).toMatchObject({ source: 'record', published: 1, looked: 'draft' });
	});

	test('the facts are those of the open case, and the look is recorded without the reference', async () => {
		const seen = (await looks()).length;
		expect(await look(operations, 'C-1025', '1')).toMatchObject({ value: { source: 'case' } });
		const now = (await looks()).slice(seen);
		expect(now).toEqual([
			{
				actor: `staff:${operations.id}`,
				act: 'look-up-customer',
				object: expect.stringMatching(/^case:/) as string
			}
		]);
	});

	test('F11: what is personal is masked in facts, explanations and pages alike', async () => {
		const clear = await look(operations, 'C-1026', '1');
		const masked = await look(auditor, 'C-1026', '1');
		if (!clear.ok || !masked.ok) throw new Error('not looked up');
		const name = clear.value.facts.find(({ label }) => label === 'Name')!.text;
		expect(name).not.toBe('•••••');
		expect(JSON.stringify(masked.value)).not.toContain(name);
		expect(masked.value.facts).toContainEqual({ label: 'Date of birth', text: '•••••' });
		expect(masked.value.actions.map(({ eligible }) => eligible)).toEqual(
			clear.value.actions.map(({ eligible }) => eligible)
		);
		for (const page of ['choose', 'fill', 'review'] as const) {
			const preview = await previewPage(world.parts, auditor, {
				key,
				customer: 'C-1026',
				side: '1',
				page,
				action: 'pay-later',
				language: 'de'
			});
			expect(preview).toMatchObject({ ok: true, value: { page, frame: { language: 'de' } } });
			expect(JSON.stringify(preview)).not.toContain(name);
		}
	});

	test('nobody without the permission, nobody unknown, nothing that is not there', async () => {
		const nobody = await staffRow(world.parts.db);
		expect(await look(nobody, 'C-1025', '1')).toMatchObject({ reason: 'forbidden' });
		expect(await look(operations, 'C-0000', '1')).toMatchObject({ reason: 'unknown-customer' });
		expect(await look(operations, 'C-1025', '7')).toMatchObject({ reason: 'not-found' });
		const preview = await previewPage(world.parts, operations, {
			key,
			customer: 'C-1026',
			side: '1',
			page: 'fill',
			action: 'unheard-of',
			language: ''
		});
		expect(preview).toMatchObject({ reason: 'not-eligible' });
	});
});
