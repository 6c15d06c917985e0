import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/lib/domain/staff/permissions.ts';
import { approveChange } from '../../src/lib/server/flows/approve-change.ts';
import { endProposal } from '../../src/lib/server/flows/end-proposal.ts';
import { proposeChange } from '../../src/lib/server/flows/propose-change.ts';
import { proposeRollback } from '../../src/lib/server/flows/propose-rollback.ts';
import { publishWorkflow } from '../../src/lib/server/flows/publish-workflow.ts';
import { saveWorkflowDraft } from '../../src/lib/server/flows/save-workflow-draft.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { ROOT } from '../support/sources.ts';
import { staffRow } from '../support/staff-rows.ts';

type Person = Pick<Principal, 'id'>;

let database: TestDatabase;
let editor: Person;
let colleague: Person;
let approver: Person;
beforeAll(async () => {
	database = await testDatabase();
	editor = await staffRow(database.db, 'operations');
	colleague = await staffRow(database.db, 'operations', 'approver');
	approver = await staffRow(database.db, 'approver');
});
afterAll(() => database.close());

const starter = readFileSync(join(ROOT, 'workflows/address-update.yaml'), 'utf8');
/** The starter under a key of the test's own, with a title. */
const documentOf = (key: string, title: string) =>
	starter.replace(/^workflow: .*$/m, `workflow: ${key}`).replace(/^title: .*$/m, `title: ${title}`);

const WHY = 'Asked for by the team';
const save = (key: string, revision: number, source: string, who = editor) =>
	saveWorkflowDraft(database, who, { key, revision, source });
const propose = (key: string, revision: number, against: number | null, who = editor) =>
	proposeChange(database, who, { key, revision, against, reason: WHY });
const approve = (proposal: { id: string; hash: string }, who = approver) =>
	approveChange(database, who, proposal);

/** A workflow with version 1, and a second title saved and proposed. */
async function proposed(key: string, title = 'Second') {
	await publishWorkflow(database, documentOf(key, 'First'), 'install');
	expect(await save(key, 0, documentOf(key, title))).toEqual({ ok: true, value: { revision: 1 } });
	const answer = await propose(key, 1, 1);
	if (!answer.ok) throw new Error(answer.reason);
	return answer.value;
}

const titles = async (key: string) => {
	const rows = await database.db
		.selectFrom('workflows')
		.select(['version', 'document', 'published_by'])
		.where('key', '=', key)
		.orderBy('version')
		.execute();
	return rows.map(({ document }) => (document as { title: string }).title);
};
const proposalRow = (id: string) =>
	database.db
		.selectFrom('workflow_proposals')
		.selectAll()
		.where('id', '=', id)
		.executeTakeFirstOrThrow();
const acts = async (key: string) => {
	const rows = await database.db
		.selectFrom('audit_entries')
		.select(['actor', 'act', 'result', 'reason'])
		.where('object', '=', `workflow:${key}`)
		.orderBy('id')
		.execute();
	return rows.map(({ actor, act, result, reason }) => [actor, act, result, reason]);
};

test('what one person proposes another publishes, and the record says who, what and why', async () => {
	const proposal = await proposed('plain');
	expect(await titles('plain')).toEqual(['First']);
	expect(await approve(proposal)).toEqual({ ok: true, value: { key: 'plain', version: 2 } });
	expect(await titles('plain')).toEqual(['First', 'Second']);
	expect(await acts('plain')).toEqual([
		[`staff:${editor.id}`, 'propose-change', 'done', WHY],
		[`staff:${approver.id}`, 'approve-change', 'done', null]
	]);
	expect(await proposalRow(proposal.id)).toMatchObject({ state: 'published', version: 2 });
	// The draft goes on from there, under a number that no old page holds.
	expect(await save('plain', 1, documentOf('plain', 'Old page'))).toMatchObject({
		reason: 'changed-meanwhile'
	});
	expect(await save('plain', 2, documentOf('plain', 'Third'))).toMatchObject({ ok: true });
});

describe('drafts', () => {
	test('the second of two editors is told, sees the text of the first, and overwrites nothing', async () => {
		const first = documentOf('two-editors', 'Mine');
		const both = await Promise.all([
			save('two-editors', 0, first),
			save('two-editors', 0, documentOf('two-editors', 'Theirs'), colleague)
		]);
		expect(both.filter(({ ok }) => ok)).toHaveLength(1);
		const refused = both.find(({ ok }) => !ok);
		const kept = await database.db
			.selectFrom('workflow_drafts')
			.selectAll()
			.where('key', '=', 'two-editors')
			.executeTakeFirstOrThrow();
		expect(refused).toMatchObject({
			reason: 'changed-meanwhile',
			detail: { source: kept.source, revision: 1, edited_by: kept.edited_by }
		});
	});

	test('a draft with mistakes is saved and cannot be proposed: every mistake has its line', async () => {
		const wrong = documentOf('mistakes', 'Wrong').replace(
			'languages: [en, de, ar]',
			'languages: []'
		);
		expect(await save('mistakes', 0, wrong)).toEqual({ ok: true, value: { revision: 1 } });
		const answer = await propose('mistakes', 1, null);
		expect(answer).toMatchObject({ ok: false, reason: 'bad-workflow' });
		if (answer.ok) throw new Error('proposed');
		expect(answer.detail?.[0]).toMatchObject({ line: 4, field: 'languages' });
		expect(await save('mistakes', 1, 'not: [yaml')).toMatchObject({ ok: true });
	});

	test('a draft that was saved meanwhile, overtaken, unchanged, or for another workflow is not proposed', async () => {
		await publishWorkflow(database, documentOf('refusals', 'First'), 'install');
		expect(await propose('refusals', 0, 1)).toMatchObject({ reason: 'no-draft' });
		await save('refusals', 0, documentOf('refusals', 'Second'));
		expect(await propose('refusals', 2, 1)).toMatchObject({ reason: 'changed-meanwhile' });
		expect(await propose('refusals', 1, null)).toMatchObject({ reason: 'overtaken' });
		await save('refusals', 1, `# a comment\n${documentOf('refusals', 'First')}`);
		expect(await propose('refusals', 2, 1)).toMatchObject({ reason: 'nothing-changed' });
		await save('refusals', 2, documentOf('elsewhere', 'First'));
		expect(await propose('refusals', 3, 1)).toMatchObject({ reason: 'other-workflow' });
	});

	test('whoever lost the role saves, proposes and approves nothing', async () => {
		const proposal = await proposed('no-role');
		const nobody = await staffRow(database.db);
		expect(await save('no-role', 1, documentOf('no-role', 'X'), nobody)).toMatchObject({
			reason: 'forbidden'
		});
		expect(await propose('no-role', 1, 1, nobody)).toMatchObject({ reason: 'forbidden' });
		expect(await approve(proposal, editor)).toMatchObject({ reason: 'forbidden' });
		expect(await titles('no-role')).toEqual(['First']);
	});
});

describe('four eyes', () => {
	test('F7: nobody approves what they proposed or wrote, and the try is recorded', async () => {
		const key = 'own-change';
		await publishWorkflow(database, documentOf(key, 'First'), 'install');
		await save(key, 0, documentOf(key, 'Second'), colleague);
		// Written by the colleague, proposed by the editor: two people, and neither may approve.
		const answer = await propose(key, 1, 1);
		if (!answer.ok) throw new Error(answer.reason);
		expect(await approve(answer.value, colleague)).toMatchObject({ reason: 'own-change' });
		expect((await acts(key)).at(-1)).toEqual([
			`staff:${colleague.id}`,
			'approve-change',
			'own-change',
			null
		]);
		expect(await titles(key)).toEqual(['First']);
		expect(await approve(answer.value)).toMatchObject({ ok: true });
	});

	test('F7: there is no second account of one address, however it is written', async () => {
		const { email } = await database.db
			.selectFrom('staff')
			.select('email')
			.where('id', '=', editor.id)
			.executeTakeFirstOrThrow();
		for (const again of [email, email.toUpperCase()])
			await expect(
				database.db
					.insertInto('staff')
					.values({ id: crypto.randomUUID(), email: again, name: 'Twin', key: 'none' })
					.execute()
			).rejects.toThrow(/staff_email/);
	});

	test('F8: a save after the proposal voids it, and so does a hash other than what was seen', async () => {
		const proposal = await proposed('voided');
		expect(await approve({ ...proposal, hash: 'f'.repeat(64) })).toMatchObject({
			reason: 'changed-meanwhile'
		});
		await save('voided', 1, documentOf('voided', 'Sneaked in'));
		expect(await approve(proposal)).toMatchObject({ reason: 'decided' });
		expect(await titles('voided')).toEqual(['First']);
		expect(await proposalRow(proposal.id)).toMatchObject({
			state: 'void',
			decision: 'draft-changed'
		});
	});

	test('F8: approving one content while the next is saved publishes that content or nothing', async () => {
		for (const round of [1, 2, 3, 4]) {
			const key = `race-${round}`;
			const proposal = await proposed(key, 'Approved');
			const [approved] = await Promise.all([
				approve(proposal),
				save(key, 1, documentOf(key, 'Unapproved'))
			]);
			expect(await titles(key)).toEqual(approved.ok ? ['First', 'Approved'] : ['First']);
		}
	});

	test('F8: of many approvals at once one publishes', async () => {
		const proposal = await proposed('approved-often');
		const third = await staffRow(database.db, 'approver');
		const answers = await Promise.all([
			approve(proposal),
			approve(proposal, third),
			approve(proposal),
			approve(proposal, third)
		]);
		expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await titles('approved-often')).toEqual(['First', 'Second']);
	});

	test('F8: the table itself refuses another content, and a second decision', async () => {
		const { id } = await proposed('frozen');
		const change = (set: object) =>
			database.db.updateTable('workflow_proposals').set(set).where('id', '=', id).execute();
		await expect(change({ source: 'x' })).rejects.toThrow(/never change/);
		await endProposal(database, approver, 'rejected', { id, reason: 'No' });
		await expect(change({ state: 'open', decided_at: null, decided_by: null })).rejects.toThrow(
			/decided once/
		);
	});

	test('a version that came meanwhile voids what was compared with an older one', async () => {
		const proposal = await proposed('overtaken');
		await publishWorkflow(database, documentOf('overtaken', 'By script'), 'deploy');
		expect(await approve(proposal)).toMatchObject({ reason: 'overtaken' });
		expect(await proposalRow(proposal.id)).toMatchObject({ state: 'void' });
		expect(await titles('overtaken')).toEqual(['First', 'By script']);
	});
});

test('a proposal is rejected or withdrawn with the reason, once, and the draft stays', async () => {
	const { id } = await proposed('ended');
	const end = (state: 'rejected' | 'withdrawn', who: Person) =>
		endProposal(database, who, state, { id, reason: 'Not now' });
	expect(await end('rejected', editor)).toMatchObject({ reason: 'forbidden' });
	expect(await end('rejected', approver)).toEqual({ ok: true, value: { key: 'ended' } });
	expect(await end('withdrawn', editor)).toMatchObject({ reason: 'decided' });
	expect(await proposalRow(id)).toMatchObject({ state: 'rejected', decision: 'Not now' });
	// Free for the next one, and a second beside it is refused.
	expect(await propose('ended', 1, 1)).toMatchObject({ ok: true });
	expect(await propose('ended', 1, 1)).toMatchObject({ reason: 'already-proposed' });
});

test('an older content comes back as a new version, by two people as well', async () => {
	const key = 'rollback';
	await approve(await proposed(key));
	const rollback = (version: number) =>
		proposeRollback(database, editor, { key, version, reason: 'It went wrong' });
	expect(await rollback(2)).toMatchObject({ reason: 'nothing-changed' });
	expect(await rollback(9)).toMatchObject({ reason: 'not-found' });
	const answer = await rollback(1);
	if (!answer.ok) throw new Error(answer.reason);
	// A draft that somebody goes on with is no reason to void it.
	await save(key, 2, documentOf(key, 'Going on'));
	expect(await approve(answer.value, editor)).toMatchObject({ reason: 'forbidden' });
	expect(await approve(answer.value)).toEqual({ ok: true, value: { key, version: 3 } });
	expect(await titles(key)).toEqual(['First', 'Second', 'First']);
	// A script that publishes the starter at every deployment still undoes nothing.
	expect(await publishWorkflow(database, documentOf(key, 'Second'), 'deploy')).toMatchObject({
		reason: 'older-version'
	});
	expect(await publishWorkflow(database, documentOf(key, 'First'), 'deploy')).toMatchObject({
		value: { version: 3, isNew: false }
	});
});
