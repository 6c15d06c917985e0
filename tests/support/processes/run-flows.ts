import { createInterface } from 'node:readline';
import { verifyVisit } from '../../../src/lib/domain/identity/proofs.ts';
import { type App, startFromEnvironment } from '../../../src/lib/server/app.ts';
import { applyWriteback } from '../../../src/lib/server/flows/apply-writeback.ts';
import { checkCode } from '../../../src/lib/server/flows/check-code.ts';
import { openCases } from '../../../src/lib/server/flows/open-cases.ts';
import { renewLink } from '../../../src/lib/server/flows/renew-link.ts';
import { sendMessage } from '../../../src/lib/server/flows/send-message.ts';
import { submitAction } from '../../../src/lib/server/flows/submit-action.ts';
import { loadVisit } from '../../../src/lib/server/flows/load-visit.ts';
import { isBusy } from '../../../src/lib/server/web/busy.ts';
import type { Ran, Task } from '../flow-processes.ts';

// A node of its own, with its own pool: says "ready", then runs one task a line, all of its turns at
// once, and answers with a line.

type Parts = App['parts'];

function turnsOf(parts: Parts, task: Task): (() => Promise<unknown>)[] {
	const times = (count: number, turn: () => Promise<unknown>) =>
		Array.from({ length: count }, () => turn);
	switch (task.do) {
		case 'submit':
			return times(task.times, async () => {
				const visit = await visitOf(parts, task.ticket);
				const verified = verifyVisit(visit, visit.need);
				return verified.ok
					? submitAction(parts, verified.value, task.draftId, task.shown)
					: verified;
			});
		case 'check-codes':
			return task.codes.map((code, place) => async () => {
				// A visit that a right code has renewed meanwhile is gone, like its tries.
				const visit = await visitOf(parts, task.ticket).catch(() => null);
				if (!visit) return { ok: false, reason: 'gone' };
				return checkCode(parts, visit, code, `source-${process.pid}-${place}`);
			});
		case 'apply-writeback':
			return times(task.times, () => applyWriteback(parts, task.writeback));
		case 'send-message':
			return times(task.times, () => sendMessage(parts, task.message));
		case 'renew-link':
			return times(task.times, () => renewLink(parts, 'key:test', task.caseId, { send: true }));
		case 'open-cases':
			return task.batches.map((lines) => () => openCases(parts, 'key:test', lines));
	}
}

async function visitOf(parts: Parts, ticket: { visitId: string; secret: string }) {
	const visit = await loadVisit(parts, ticket.visitId, ticket.secret);
	if (!visit.ok) throw new Error('The visit is gone.');
	return visit.value;
}

/** A busy database is said to be so, and the caller comes again, as a browser or a job would. */
async function untilAnswered(
	turn: () => Promise<unknown>,
	busy: string[],
	tries = 20
): Promise<unknown> {
	try {
		return (await turn()) ?? null;
	} catch (error) {
		if (tries === 0 || !isBusy(error)) return { error: String(error) };
		busy.push(String((error as { code?: unknown }).code));
		return untilAnswered(turn, busy, tries - 1);
	}
}

const app = await startFromEnvironment(process.env);
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
	const busy: string[] = [];
	const turns = turnsOf(app.parts, JSON.parse(line) as Task);
	const answers = await Promise.all(turns.map((turn) => untilAnswered(turn, busy)));
	console.log(JSON.stringify({ answers, busy } satisfies Ran));
}
// Whoever gave the tasks is gone.
process.exit();
