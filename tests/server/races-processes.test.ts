import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { testKind } from '../support/database.ts';
import { type FlowProcesses, startFlowProcesses } from '../support/flow-processes.ts';
import {
	beginVisit,
	got,
	messagesOf,
	newestCode,
	reviewed,
	SOURCE,
	timeline
} from '../support/journey.ts';
import { openCase } from '../support/open-case.ts';
import { startWorld, type World } from '../support/world.ts';
import { confirmed, rowOf } from '../support/writebacks.ts';

const NODES = 4;

// The embedded database has one process: there is nobody to race with.
describe.runIf(testKind === 'postgres')(
	'four processes on one database',
	{ timeout: 60_000 },
	() => {
		let world: World;
		let nodes: FlowProcesses;
		beforeAll(async () => {
			world = await startWorld({ env: { TAPDONE_PHONE: 'on' } });
			nodes = await startFlowProcesses(world.env, NODES);
		});
		afterAll(async () => {
			await nodes.close();
			await world.close();
		});

		interface Answer {
			ok: boolean;
			reason?: string;
			value?: { submissionId: string };
		}
		const count = (answers: Answer[], reason: string) =>
			answers.filter((answer) => answer.reason === reason).length;

		test('64 confirmations of one draft are one submission, and all are told the same one', async () => {
			const seen = await reviewed(world, {
				workflow: 'failed-payment',
				customer: 'C-1001',
				action: 'pay-now'
			});
			const { draftId, shown, visit } = seen;
			const { answers } = await nodes.run<Answer>(() => ({
				do: 'submit',
				ticket: visit.ticket,
				draftId,
				shown,
				times: 64 / NODES
			}));
			expect(answers).toHaveLength(64);
			const rows = await world.parts.db
				.selectFrom('submissions')
				.select('id')
				.where('case_id', '=', seen.caseId)
				.execute();
			expect(rows).toHaveLength(1);
			const told = new Set(answers.map((answer) => answer.value?.submissionId));
			expect([...told]).toEqual([rows[0]!.id]);
		});

		test('64 uses of one code are one visit', async () => {
			const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1002' });
			const visit = await beginVisit(world, id);
			got(await requestCode(world.parts, visit, 'sms', SOURCE));
			const code = await newestCode(world, id);
			const { answers } = await nodes.run<Answer>(() => ({
				do: 'check-codes',
				ticket: visit.ticket,
				codes: Array.from({ length: 64 / NODES }, () => code)
			}));
			expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
			expect(count(answers, 'no-code') + count(answers, 'gone')).toBe(63);
			const visits = await world.parts.db
				.selectFrom('visits')
				.select('assurance')
				.where('case_id', '=', id)
				.where('assurance', '=', 'code')
				.execute();
			expect(visits).toHaveLength(1);
		});

		test('of 1,024 wrong codes exactly five are compared', async () => {
			const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1003' });
			const visit = await beginVisit(world, id);
			got(await requestCode(world.parts, visit, 'sms', SOURCE));
			const right = Number(await newestCode(world, id));
			const wrong = Array.from({ length: 1024 }, (_, place) =>
				String((right + 1 + place) % 1_000_000).padStart(6, '0')
			);
			const { answers } = await nodes.run<Answer>((place) => ({
				do: 'check-codes',
				ticket: visit.ticket,
				codes: wrong.slice((place * 1024) / NODES, ((place + 1) * 1024) / NODES)
			}));
			expect(answers).toHaveLength(1024);
			// The fifth wrong one ends the challenge, so its answer is that a new code is needed.
			expect(count(answers, 'wrong-code')).toBe(4);
			expect(count(answers, 'no-code')).toBe(1020);
			const challenge = await world.parts.db
				.selectFrom('challenges')
				.select(['compared', 'used_at'])
				.where('case_id', '=', id)
				.executeTakeFirstOrThrow();
			expect(challenge).toEqual({ compared: 5, used_at: null });
			const factor = await world.parts.db
				.selectFrom('factors')
				.select('consecutive')
				.where('customer_hash', '=', visit.customerHash)
				.executeTakeFirstOrThrow();
			expect(factor.consecutive).toBe(5);
		});

		test('64 wake-ups of one writeback are one attempt and one effect', async () => {
			const sent = await confirmed(world, 'C-1004');
			await nodes.run(() => ({
				do: 'apply-writeback',
				writeback: sent.writeback,
				times: 64 / NODES
			}));
			expect(await rowOf(world, sent)).toMatchObject({ state: 'applied', attempt: 1 });
			expect(await world.core.effects('C-1004')).toHaveLength(1);
			const types = await timeline(world, sent.caseId);
			expect(types.filter((type) => type === 'writeback-sent')).toHaveLength(1);
			expect(types.filter((type) => type === 'case-resolved')).toHaveLength(1);
		});

		test('64 wake-ups of one message are one send', async () => {
			const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1005' });
			const [message] = await messagesOf(world, id);
			await nodes.run(() => ({ do: 'send-message', message: message!.id, times: 64 / NODES }));
			expect(await messagesOf(world, id)).toMatchObject([{ state: 'accepted', attempts: 1 }]);
			const types = await timeline(world, id);
			expect(types.filter((type) => type === 'message-accepted')).toHaveLength(1);
		});

		test('many new links at once leave one alive', async () => {
			const id = await openCase(world, { workflow: 'failed-payment', customer: 'C-1006' });
			const { answers } = await nodes.run<Answer>(() => ({
				do: 'renew-link',
				caseId: id,
				times: 8
			}));
			expect(answers.filter(({ ok }) => ok)).toHaveLength(8 * NODES);
			const links = await world.parts.db
				.selectFrom('links')
				.select('ended_at')
				.where('case_id', '=', id)
				.execute();
			expect(links).toHaveLength(8 * NODES + 1);
			expect(links.filter(({ ended_at }) => ended_at === null)).toHaveLength(1);
		});

		test('the same triggers from everywhere, in any order, are one case each and no deadlock', async () => {
			const lines = Array.from({ length: 10 }, (_, place) => ({
				workflow: 'failed-payment',
				customer: `D-${place}`,
				contacts: { sms: '+4917604069001' },
				facts: { balance: 100 + place, due_date: '2026-11-16' }
			}));
			// Each row takes a while, so that batches that come from both ends do meet.
			await sql`create function tarry() returns trigger language plpgsql as
			$$ begin perform pg_sleep(0.02); return new; end $$`.execute(world.parts.db);
			await sql`create trigger tarry before insert on cases for each row execute function tarry()`.execute(
				world.parts.db
			);
			const { answers, busy } = await nodes.run<{ status: string; id: string }[]>((place) => ({
				do: 'open-cases',
				batches: [place % 2 ? lines : lines.toReversed()]
			}));
			await sql`drop trigger tarry on cases`.execute(world.parts.db);
			expect(busy).toEqual([]);
			const all = answers.flat();
			expect(all).toHaveLength(10 * NODES);
			expect(all.filter(({ status }) => status === 'opened')).toHaveLength(10);
			expect(all.filter(({ status }) => status === 'joined')).toHaveLength(10 * (NODES - 1));
			expect(new Set(all.map(({ id }) => id)).size).toBe(10);
			const { rows } = await sql<{ opened: number; messages: number }>`
			select count(*) filter (where type = 'case-opened')::int as opened,
				count(*) filter (where type = 'message-queued')::int as messages
			from case_events where case_id in (${sql.join(all.map(({ id }) => id))})`.execute(world.parts.db);
			expect(rows).toEqual([{ opened: 10, messages: 10 }]);
		});
	}
);
