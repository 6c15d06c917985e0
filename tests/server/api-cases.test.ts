import { afterAll, beforeAll, expect, test } from 'vitest';
import {
	caseDetailSchema,
	casePageSchema,
	getCaseSchema,
	listCasesSchema
} from '../../src/lib/contracts/api.ts';
import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import { cancelCase } from '../../src/lib/server/flows/cancel-case.ts';
import { getCase } from '../../src/lib/server/flows/get-case.ts';
import { getWorkflow } from '../../src/lib/server/flows/get-workflow.ts';
import { listCases } from '../../src/lib/server/flows/list-cases.ts';
import { listWorkflows } from '../../src/lib/server/flows/list-workflows.ts';
import { openCases } from '../../src/lib/server/flows/open-cases.ts';
import { openLink } from '../../src/lib/server/flows/open-link.ts';
import { renewLink } from '../../src/lib/server/flows/renew-link.ts';
import { beginVisit } from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import type { World } from '../support/world.ts';
import { apiWorld, lineFor } from './api-world.ts';

let world: World;
beforeAll(async () => {
	world = await apiWorld();
});
afterAll(() => world.close());

const NOBODY = '018f0000-0000-7000-8000-000000000000';
const open = (customer: string) => openCase(world, { workflow: 'failed-payment', customer });
const list = (query: object) => listCases(world.parts, listCasesSchema.parse(query));
const linkOf = async (id: string) => {
	const renewed = await renewLink(world.parts, 'key:test', id, { send: false });
	if (!renewed.ok) throw new Error(renewed.reason);
	return renewed.value.url.split('/l/')[1]!;
};
const get = (id: string, query: object = {}) =>
	getCase(world.parts, id, getCaseSchema.parse(query));
const typesOf = async (id: string) => {
	const found = await get(id);
	return found.ok ? found.value.timeline.map(({ type }) => type) : [];
};

test('a case shows its timeline, and nothing personal', async () => {
	const id = await open('Secret-Customer-77');
	const found = await get(id);
	if (!found.ok) throw new Error(found.reason);
	expect(caseDetailSchema.parse(found.value)).toMatchObject({ id, stage: 'waiting', missing: [] });
	expect(found.value.timeline.map(({ number, type, actor }) => [number, type, actor])).toEqual([
		[1, 'case-opened', 'key:test'],
		[2, 'link-issued', 'key:test'],
		[3, 'message-queued', 'key:test']
	]);
	expect(JSON.stringify(found.value)).not.toMatch(/Secret-Customer|4917604069|3363/);
	expect(await get(NOBODY)).toEqual({ ok: false, reason: 'not-found' });
});

test('a long timeline comes in pages, and each event once, though more happens meanwhile', async () => {
	const id = await open('Long-story');
	const pages: number[][] = [];
	let cursor: number | null | undefined;
	do {
		const found = await get(id, { limit: '2', ...(cursor && { cursor: String(cursor) }) });
		if (!found.ok) throw new Error(found.reason);
		const page = caseDetailSchema.parse(found.value);
		pages.push(page.timeline.map(({ number }) => number));
		cursor = page.next;
		if (pages.length === 1) await linkOf(id);
	} while (cursor && pages.length < 5);
	expect(pages).toEqual([
		[1, 2],
		[3, 4]
	]);
	expect(getCaseSchema.parse({}).limit).toBe(200);
});

test.each([
	[{ limit: '0' }, 'limit'],
	[{ limit: '501' }, 'limit'],
	[{ cursor: '0' }, 'cursor'],
	[{ cursor: '1; drop' }, 'cursor'],
	[{ cursor: '99999999999' }, 'cursor'],
	[{ page: '2' }, '']
])('a query %j about a timeline is refused by its field', (query, field) => {
	const parsed = getCaseSchema.safeParse(query);
	expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
});

test('a case says when its living link ends, also where that is kept longer', async () => {
	const endOf = async (id: string) => {
		const found = await get(id);
		return found.ok && found.value.expiresAt;
	};
	const livingOf = async (id: string) => {
		const living = await world.parts.db
			.selectFrom('links')
			.select('expires_at')
			.where('case_id', '=', id)
			.where('ended_at', 'is', null)
			.executeTakeFirstOrThrow();
		return living.expires_at.toISOString();
	};
	const id = await open('Kept-longer');
	expect(await endOf(id)).toBe(await livingOf(id));
	await askPerson(world.parts, await beginVisit(world, id));
	const kept = await livingOf(id);
	expect(await endOf(id)).toBe(kept);
	expect((await list({ customer: 'Kept-longer' })).cases[0]?.expiresAt).toBe(kept);
	// A new link while a person has it: what was promised to be kept is not cut short.
	const renewed = await renewLink(world.parts, 'key:test', id, { send: true });
	expect(renewed).toMatchObject({ ok: true, value: { expiresAt: kept } });
	expect(await endOf(id)).toBe(kept);
	await cancelCase(world.parts, 'key:test', id, 'paid-elsewhere');
	expect(await endOf(id)).toBeNull();
});

test('the cursor walks through every case once, though cases are opened meanwhile', async () => {
	const ids: string[] = [];
	for (let n = 0; n < 7; n += 1) ids.push(await open(`Page-${n}`));
	const seen: string[] = [];
	let cursor: string | null | undefined;
	do {
		const page = casePageSchema.parse(await list({ limit: '3', ...(cursor && { cursor }) }));
		seen.push(...page.cases.map(({ id }) => id));
		cursor = page.next;
		if (seen.length === 3) await open('Page-late');
	} while (cursor);
	expect(new Set(seen).size).toBe(seen.length);
	expect(seen.filter((id) => ids.includes(id))).toEqual(ids.toReversed());
});

test('cases are found by workflow and stage', async () => {
	const id = await open('Find-me');
	const ids = async (query: Parameters<typeof list>[0]) =>
		(await list(query)).cases.map((one) => one.id);
	expect(await ids({ stage: 'waiting', workflow: 'failed-payment' })).toContain(id);
	expect(await ids({ stage: 'cancelled' })).not.toContain(id);
	expect(await ids({ workflow: 'address-update' })).not.toContain(id);
});

test("a customer's cases are found by the whole reference, page by page, and nobody else's", async () => {
	const ids: string[] = [];
	for (const due_date of ['2026-01-01', '2026-01-02', '2026-01-03']) {
		const facts = { balance: 100, due_date };
		const [opened] = await openCases(world.parts, 'key:test', [lineFor('Asked-for', { facts })]);
		if (opened?.status !== 'opened') throw new Error('not opened');
		ids.unshift(opened.id);
		await open(`Asked-for-${due_date}`);
	}
	const first = casePageSchema.parse(await list({ customer: ' Asked-for ', limit: '2' }));
	expect(first.cases.map(({ id }) => id)).toEqual(ids.slice(0, 2));
	const second = await list({ customer: 'Asked-for', limit: '2', cursor: first.next });
	expect(second).toMatchObject({ cases: [{ id: ids[2] }], next: null });
	const resolved = await list({ customer: 'Asked-for', stage: 'resolved' });
	expect(resolved).toEqual({ cases: [], next: null });
	for (const customer of ['asked-for', 'Asked-fo', 'Asked-%', "' or 1=1 --"])
		expect((await list({ customer })).cases).toEqual([]);
});

test.each([
	[{ limit: '0' }, 'limit'],
	[{ limit: '201' }, 'limit'],
	[{ limit: 'many' }, 'limit'],
	[{ cursor: "' or 1=1 --" }, 'cursor'],
	[{ stage: 'open' }, 'stage'],
	[{ workflow: '../etc' }, 'workflow'],
	[{ customer: '' }, 'customer'],
	[{ customer: 'x'.repeat(81) }, 'customer'],
	[{ customer: 'a\u0000' }, 'customer'],
	[{ order: 'id' }, '']
])('a query %j is refused by its field', (query, field) => {
	const parsed = listCasesSchema.safeParse(query);
	expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
});

test('cancelling ends link, messages and path, and says so in the timeline', async () => {
	const id = await open('Cancel-me');
	const token = await linkOf(id);
	expect((await openLink(world.parts, token)).ok).toBe(true);
	expect(await cancelCase(world.parts, 'key:test', id, 'paid-elsewhere')).toEqual({
		ok: true,
		value: { id, stage: 'cancelled' }
	});
	expect((await openLink(world.parts, token)).ok).toBe(false);
	const messages = await world.parts.db
		.selectFrom('messages')
		.select(['state', 'reason'])
		.where('case_id', '=', id)
		.execute();
	expect(messages).toEqual([{ state: 'suppressed', reason: 'case-cancelled' }]);
	expect((await typesOf(id)).slice(-2)).toEqual(['case-cancelled', 'message-failed']);
	expect(await cancelCase(world.parts, 'key:test', id, 'again')).toEqual({
		ok: false,
		reason: 'ended'
	});
	expect(await cancelCase(world.parts, 'key:test', NOBODY, 'x')).toEqual({
		ok: false,
		reason: 'not-found'
	});
});

test('of two that cancel at once one does', async () => {
	const id = await open('Cancel-twice');
	const both = await Promise.all(
		['one', 'other'].map((reason) => cancelCase(world.parts, 'key:test', id, reason))
	);
	expect(both.map(({ ok }) => ok).sort()).toEqual([false, true]);
	expect((await typesOf(id)).filter((type) => type === 'case-cancelled')).toHaveLength(1);
});

test('a new link ends the one before it, and is sent only when asked', async () => {
	const id = await open('Renew-me');
	const first = await linkOf(id);
	const second = await linkOf(id);
	expect((await openLink(world.parts, first)).ok).toBe(false);
	expect((await openLink(world.parts, second)).ok).toBe(true);
	const queued = (await typesOf(id)).filter((type) => type === 'message-queued');
	expect(queued).toHaveLength(1);
	const sent = await renewLink(world.parts, 'key:test', id, { send: true });
	expect(sent).toMatchObject({ ok: true, value: { sent: 'queued' } });
	expect((await typesOf(id)).filter((type) => type === 'message-queued')).toHaveLength(2);
});

test('a case that ended, or waits for facts, gets no link', async () => {
	const [held] = await openCases(world.parts, 'key:test', [
		lineFor('Held', { facts: { due_date: '2026-11-16' } })
	]);
	if (held?.status !== 'held') throw new Error('not held');
	expect(await renewLink(world.parts, 'key:test', held.id, { send: false })).toMatchObject({
		reason: 'held'
	});
	await cancelCase(world.parts, 'key:test', held.id, 'x');
	expect(await renewLink(world.parts, 'key:test', held.id, { send: false })).toMatchObject({
		reason: 'ended'
	});
});

test('workflows say what a trigger may carry', async () => {
	const { workflows } = await listWorkflows(world.parts);
	expect(workflows.map(({ key, version }) => `${key} ${version}`)).toEqual([
		'address-update 1',
		'collections-plan 1',
		'failed-payment 1'
	]);
	const found = await getWorkflow(world.parts, 'failed-payment');
	if (!found.ok) throw new Error(found.reason);
	expect(found.value.facts.find(({ name }) => name === 'balance')).toEqual({
		name: 'balance',
		type: 'money',
		label: 'Amount due',
		required: true,
		duplicate: false
	});
	expect(await getWorkflow(world.parts, 'none')).toEqual({ ok: false, reason: 'not-found' });
});
