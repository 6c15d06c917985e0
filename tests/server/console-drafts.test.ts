import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clauseEditSchema, gatherClause } from '../../src/lib/contracts/clause-edits.ts';
import type { Principal } from '../../src/lib/domain/staff/permissions.ts';
import { approveChange } from '../../src/lib/server/flows/approve-change.ts';
import { compareVersions } from '../../src/lib/server/flows/compare-versions.ts';
import { editClause } from '../../src/lib/server/flows/edit-clause.ts';
import { listProposals, showProposal } from '../../src/lib/server/flows/list-proposals.ts';
import { proposeChange } from '../../src/lib/server/flows/propose-change.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import { saveWorkflowDraft } from '../../src/lib/server/flows/save-workflow-draft.ts';
import { checkDraft, clauseTable, showDraft } from '../../src/lib/server/flows/show-draft.ts';
import { listVersions, surveyWorkflows } from '../../src/lib/server/flows/survey-workflows.ts';
import { compareLines } from '../../src/lib/server/workflows/compare-lines.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { ROOT } from '../support/sources.ts';
import { staffRow } from '../support/staff-rows.ts';

const key = 'collections-plan';
const source = readFileSync(join(ROOT, `workflows/${key}.yaml`), 'utf8');

let database: TestDatabase;
let editor: Pick<Principal, 'id'>;
let approver: Pick<Principal, 'id'>;
beforeAll(async () => {
	database = await testDatabase();
	editor = await staffRow(database.db, 'operations');
	approver = await staffRow(database.db, 'approver');
	await publishWorkflow(database, source, 'install');
});
afterAll(() => database.close());

/** As the table's form sends it. */
const edit = (fields: Record<string, string>) =>
	editClause(database, editor, clauseEditSchema.parse(gatherClause({ key, ...fields })));
const clause = (id: string) => {
	const table = clauseTable(source)!;
	const row = table.actions
		.find((one) => one.key === 'plan')!
		.clauses.find((one) => one.id === id)!;
	const texts = (kind: 'reason' | 'cure') =>
		Object.fromEntries(
			Object.entries(row[kind]).map(([language, text]) => [`${kind}.${language}`, text])
		);
	return { label: row.label, expression: row.expression, ...texts('reason'), ...texts('cure') };
};
const draft = async () => {
	const shown = await showDraft(database, key);
	if (!shown.ok) throw new Error(shown.reason);
	return shown.value;
};

test('from a row of the table to the version that the next customer gets', async () => {
	expect(await draft()).toMatchObject({ revision: 0, latest: 1, source, editedBy: null });
	const balance = clauseTable(source)!
		.actions.find((one) => one.key === 'plan')!
		.clauses.find(({ comparisons }) => comparisons?.[0]?.fact === 'balance')!;
	const set = {
		do: 'set-clause',
		action: 'plan',
		clause: balance.id,
		...clause(balance.id),
		'fact.0': 'balance',
		'operator.0': '>=',
		'value.0': '500.00'
	};
	expect(await edit({ ...set, revision: '0', 'value.0': 'a lot' })).toMatchObject({
		reason: 'bad-comparison',
		detail: 'balance'
	});
	expect(await edit({ ...set, revision: '0' })).toEqual({ ok: true, value: { revision: 1 } });
	expect(await edit({ ...set, revision: '0' })).toMatchObject({ reason: 'changed-meanwhile' });
	const { source: now, editedBy } = await draft();
	expect(editedBy).toMatch(/^Staff /);
	expect(now).toContain('expression: facts.balance >= 50000');
	expect(compareLines(source, now).filter(({ kind }) => kind !== 'same')).toHaveLength(2);
	expect(await compareVersions(database, key, '1', 'draft')).toMatchObject({
		value: {
			problems: [],
			differences: [
				{
					subject: `Clause “${balance.label}” of “Pay in 3 or 6 instalments”`,
					what: 'condition',
					was: balance.expression,
					now: 'facts.balance >= 50000'
				}
			]
		}
	});
	const proposed = await proposeChange(database, editor, {
		key,
		revision: 1,
		against: 1,
		reason: 'Small plans cost more than they bring'
	});
	if (!proposed.ok) throw new Error(proposed.reason);
	const { id, hash } = proposed.value;
	expect(await showProposal(database, id, `staff:${editor.id}`)).toMatchObject({
		...{ state: 'open', hash, against: 1, own: true }
	});
	expect(await showProposal(database, id, `staff:${approver.id}`)).toMatchObject({ own: false });
	expect(await surveyWorkflows(database)).toMatchObject([
		{ key, version: 1, draft: true, proposal: proposed.value.id, openCases: 0 }
	]);
	await approveChange(database, approver, proposed.value);
	expect(await surveyWorkflows(database)).toMatchObject([
		{ key, version: 2, draft: false, proposal: null }
	]);
	const { versions } = await listVersions(database, key);
	expect(versions.map(({ version, publishedBy }) => [version, publishedBy])).toEqual([
		[2, expect.stringMatching(/^Staff /)],
		[1, 'install']
	]);
	expect((await listVersions(database, key, 2)).versions).toHaveLength(1);
	const { proposals, next } = await listProposals(database, { key });
	expect([proposals.map(({ state }) => state), next]).toEqual([['published'], null]);
});

test('a draft with mistakes has messages at their lines, and a table as long as its shape is right', async () => {
	const wrong = source.replace('facts.broken_promises < 2', 'facts.broken_promisses < 2');
	expect(checkDraft(source, key)).toEqual([]);
	expect(checkDraft(wrong, key)).toMatchObject([
		{ line: expect.any(Number) as number, message: expect.stringContaining('promisses') as string }
	]);
	expect(checkDraft(source, 'another')).toMatchObject([{ field: 'workflow' }]);
	expect(clauseTable(wrong)?.actions).toHaveLength(clauseTable(source)!.actions.length);
	expect(clauseTable('workflow: [')).toBeNull();
	expect(clauseTable('a: &a [1]\nb: *a')).toBeNull();
	const { revision } = await draft();
	await saveWorkflowDraft(database, editor, { key, revision, source: wrong });
	const compared = await compareVersions(database, key, '1', 'draft');
	expect(compared).toMatchObject({ value: { differences: [], problems: [{}] } });
	expect(await compareVersions(database, key, '1', '9')).toMatchObject({ reason: 'not-found' });
	expect(await showDraft(database, 'unheard-of')).toMatchObject({ reason: 'not-found' });
});
