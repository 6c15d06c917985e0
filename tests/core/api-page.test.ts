import { expect, test } from 'vitest';
import { idempotencyKeySchema, type WorkflowView } from '../../src/lib/contracts/api.ts';
import { OPERATIONS } from '../../src/lib/contracts/api-operations.ts';
import { apiPage } from '../../src/lib/contracts/api-page.ts';

const workflow: WorkflowView = {
	key: 'winter-plans',
	version: 1,
	title: 'Winter plans',
	languages: ['sv', 'en'],
	currency: 'SEK',
	facts: [
		{ name: 'owed', type: 'money', label: 'Owed', required: true, duplicate: false },
		{ name: 'month', type: 'date', label: 'Month', required: false, duplicate: true },
		{ name: 'note', type: 'text', label: 'Note', required: false, duplicate: false }
	]
};
const callsFor = (shown?: WorkflowView) =>
	Object.fromEntries(
		apiPage('https://t.example.org', shown).operations.map(({ id, curl }) => [id, curl])
	);
const keyIn = (curl = '') => /-H "Idempotency-Key: ([^"]*)"/.exec(curl)?.[1];

test('every call to try runs as it stands: nothing but curl, and an Idempotency-Key of its own', () => {
	const calls = callsFor(workflow);
	expect(Object.values(calls).join('\n')).not.toMatch(/\$\(|`/);
	const keys = OPERATIONS.filter(({ idempotent }) => idempotent).map(({ id }) => keyIn(calls[id]));
	expect(keys.length).toBeGreaterThanOrEqual(3);
	for (const key of keys) expect(idempotencyKeySchema.safeParse(key).success).toBe(true);
	expect(new Set(keys).size).toBe(keys.length);
});

test('every body to try is one that its operation takes', () => {
	const calls = callsFor(workflow);
	for (const { id, body } of OPERATIONS) {
		const sent = /-d '(.*)'$/.exec(calls[id] ?? '')?.[1];
		const schema = body?.['application/json'];
		expect(sent === undefined).toBe(schema === undefined);
		if (sent) expect(schema?.safeParse(JSON.parse(sent)).error).toBeUndefined();
	}
});

test('the calls are about a workflow that is published, with the facts that its cases need', () => {
	const calls = callsFor(workflow);
	expect(calls['openCases']).toContain('"workflow":"winter-plans"');
	expect(calls['openCases']).toContain('"language":"sv"');
	expect(calls['openCases']).toContain('"facts":{"owed":3363,"month":"2030-01-31"}');
	expect(calls['getWorkflow']).toContain('/workflows/winter-plans"');
	expect(Object.values(calls).join()).not.toMatch(/your-workflow|\$WORKFLOW/);
});

test('where none may be shown, the calls say that one is to be put in', () => {
	expect(callsFor()['openCases']).toContain('"workflow":"your-workflow"');
	expect(callsFor()['getWorkflow']).toContain('/workflows/$WORKFLOW"');
});
