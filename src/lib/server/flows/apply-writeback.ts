import { sql } from 'kysely';
import { checkAnswer, checkCorrected } from '../../domain/policy/compute.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import {
	afterLookup,
	afterLoss,
	afterSend,
	type Change,
	nextStep,
	notCalled
} from '../../domain/writeback/protocol.ts';
import { believe, believeFound } from '../../domain/writeback/results.ts';
import { RETRY_SECONDS } from '../../domain/writeback/retry.ts';
import { lookAtBreaker } from '../db/breakers.ts';
import { changeCase } from '../db/cases.ts';
import { type Claimed, markSending, protocolView } from '../db/writebacks.ts';
import type { RecordCall } from '../records/port.ts';
import { applyToRecords, lookUpInRecords } from './call-records.ts';
import { giveUp, judgeAgain, keep } from './judge-again.ts';
import { type Attempt, loadAttempt } from './load-attempt.ts';
import { settle, settleUnread, type Settling } from './settle-writeback.ts';
import { workInTurn } from './work-in-turn.ts';

/**
 * Applies one submission or correction to the system of record, one attempt. The row decides what may be done
 * (`domain/writeback/protocol`): send, ask by our reference, wait, or give it to a person. Safe to
 * run any number of times, on any number of nodes. When the system of record is just back from an
 * outage, it is the oldest that waits for it and those after it, or none (see `workInTurn`).
 */
export const applyWriteback = (parts: Settling, id: string): Promise<void> =>
	workInTurn(parts, id, attemptOnce);

async function attemptOnce(parts: Settling, claimed: Claimed): Promise<void> {
	parts.crash('apply-writeback:claimed');
	// Before anything of it is read: what makes every try break off may be in there.
	const lost = afterLostClaim(claimed);
	if (lost) return settleUnread(parts, claimed, lost);
	const attempt = await loadAttempt(parts, claimed);
	const change = await work(parts, attempt);
	parts.crash('apply-writeback:before-settle');
	const { workflow, subject, content } = attempt;
	const confirmed =
		'action' in subject ? { action: subject.action, customer: content.customer } : undefined;
	await settle(parts, { claimed, workflow, ...(confirmed && { confirmed }) }, change);
}

/** What a claim that ended without a word leaves to say, if it is more than "try again". */
function afterLostClaim(claimed: Claimed): Change | null {
	const sent = claimed.state === 'sending';
	// A poisoned row ends every claim like that: counted before each try, it is not tried for ever.
	if (claimed.lost && claimed.failures >= RETRY_SECONDS.length + Number(sent))
		return giveUp(claimed);
	if (!sent) return null;
	// The node that sent it never came back: it may have been applied. The claim has counted it.
	const before = protocolView({ ...claimed, failures: claimed.failures - 1 });
	return afterLoss(before, { now: claimed.now, random: Math.random() });
}

async function work(parts: Settling, attempt: Attempt): Promise<Change> {
	const { claimed } = attempt;
	const step = nextStep(protocolView(claimed), claimed.now);
	if (step.do === 'lookup' || step.do === 'send') {
		// Before anything says that a call was made: an outage of hours must not fill the timeline.
		const wait = await lookAtBreaker(parts.db, claimed.connection, parts.turn);
		const moment = { now: claimed.now, random: Math.random() };
		if (wait > 0) return notCalled(protocolView(claimed), 'breaker', moment, wait);
	}
	switch (step.do) {
		case 'lookup':
			return lookUp(parts, attempt);
		case 'send':
			return send(parts, attempt);
		case 'wait':
			return keep(claimed, step.until);
		case 'person':
			return { ...keep(claimed, null), person: step.reason };
		case 'nothing':
			return keep(claimed, null);
	}
}

function callOf({ claimed, workflow, content }: Attempt): RecordCall {
	const { operation } = claimed;
	const declared = workflow.document.records.operations[operation];
	if (!declared) throw new Error(`Operation "${operation}" is not in workflow "${workflow.key}".`);
	return {
		connection: claimed.connection,
		operation,
		mapping: declared.mapping,
		reference: claimed.reference,
		customer: content.customer,
		fields: content.fields,
		answer: declared.answer,
		sendUntil: claimed.sendUntil
	};
}

/** Is this answer about what we sent? An answer of another record proves nothing (case N6). */
const isOurs =
	({ claimed, workflow: { compiled }, subject, content }: Attempt) =>
	(answer: FieldValues): boolean => {
		const { fields: sent, customer } = content;
		const exchange = { answer, sent, customer, reference: claimed.reference };
		return 'action' in subject
			? checkAnswer(compiled, subject.action, exchange).ok
			: checkCorrected(compiled, subject.fact, exchange).ok;
	};

async function send(parts: Settling, attempt: Attempt): Promise<Change> {
	const { claimed } = attempt;
	// Whether it was applied is open from the first send on; judging again would judge our own effect.
	if (!claimed.first_sent_at) {
		const judged = await judgeAgain(parts, attempt);
		if (judged !== 'eligible') return judged;
	}
	const marked = await changeCase(
		parts,
		claimed.case_id,
		{ actor: 'system', flow: 'mark-sending' },
		async (change) => {
			if (!(await markSending(change.trx, claimed))) return false;
			await insertAttempt(change.trx, claimed, 'send');
			const { subject } = attempt;
			const { attempt: number } = claimed;
			change.must(
				'action' in subject
					? { do: 'send', submission: subject.submission, attempt: number }
					: { do: 'send-correction', correction: subject.correction, attempt: number }
			);
			return true;
		}
	);
	if (!marked) return keep(claimed, claimed.now);
	parts.crash('apply-writeback:before-send');
	const result = believe(await applyToRecords(parts, callOf(attempt)), isOurs(attempt));
	parts.crash('apply-writeback:after-send');
	const now = await clock(parts);
	return afterSend(protocolView(claimed, claimed.now), result, { now, random: Math.random() });
}

async function lookUp(parts: Settling, attempt: Attempt): Promise<Change> {
	const { claimed, workflow } = attempt;
	parts.crash('apply-writeback:before-lookup-attempt');
	await insertAttempt(parts.db, claimed, 'lookup');
	parts.crash('apply-writeback:before-lookup');
	const found = await lookUpInRecords(parts, callOf(attempt));
	const result = believeFound(found, isOurs(attempt));
	parts.crash('apply-writeback:after-lookup');
	const { consistencySeconds } = workflow.document.records;
	const moment = { now: await clock(parts), askedAt: claimed.now, random: Math.random() };
	return afterLookup(protocolView(claimed), result, consistencySeconds, moment);
}

async function clock({ db }: Pick<Settling, 'db'>): Promise<Date> {
	const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
	return rows[0]?.now ?? new Date();
}

/** Attempts stand apart from what is attempted: what was tried when stays readable. */
async function insertAttempt(
	db: Settling['db'],
	{ id, attempt }: Claimed,
	kind: 'send' | 'lookup'
): Promise<void> {
	await db
		.insertInto('writeback_attempts')
		.values({ writeback_id: id, number: attempt, kind })
		.execute();
}
