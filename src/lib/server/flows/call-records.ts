import { callOutcome } from '../../domain/writeback/breaker.ts';
import type { ApplyResult, LookupResult } from '../../domain/writeback/results.ts';
import type { CallOutcome, Turn } from '../../domain/writeback/breaker.ts';
import { raiseAlert } from '../db/alerts.ts';
import { askBreaker, tellBreaker } from '../db/breakers.ts';
import type { Workflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import type { ReadResult, RecordCall } from '../records/port.ts';
import { wakeOldest } from './wake-oldest.ts';

export type Calling = Pick<Parts, 'db' | 'jobs' | 'records' | 'metrics' | 'log' | 'crash'> & {
	/** Of a job; a person's call needs none. */
	turn?: Turn;
};

/**
 * Every call to a system of record goes through here: the breaker that all nodes share is asked
 * before, told after, and the call is measured. Never inside a transaction.
 */
async function call<Answer extends { outcome: string }>(
	parts: Calling,
	connection: string,
	kind: 'read' | 'apply' | 'lookup',
	barred: (retryAfterSeconds: number) => Answer,
	make: () => Promise<Answer>,
	judge: (answer: Answer) => CallOutcome | null
): Promise<Answer> {
	const wait = await askBreaker(parts, connection, parts.turn);
	if (wait > 0) return barred(wait);
	const done = parts.metrics.records.startTimer({ connection, kind });
	const answer = await make();
	done({ outcome: answer.outcome });
	const outcome = judge(answer);
	if (outcome) await tell(parts, connection, outcome);
	return answer;
}

async function tell(parts: Calling, connection: string, outcome: CallOutcome): Promise<void> {
	const turned = await tellBreaker(parts, connection, outcome);
	if (turned?.to === 'opened') {
		parts.log.error(
			{ connection },
			'records: the breaker opened; calls wait for one probe in 30 seconds'
		);
		await raiseAlert(parts.db, 'breaker-open', connection);
	}
	// Those that wait have jobs of their own, in half a minute; the oldest may begin at once.
	if (turned?.to === 'closed') await wakeOldest(parts, connection, turned.since, 1);
}

const breakerOpen = (retryAfterSeconds: number): ApplyResult => ({
	outcome: 'unavailable',
	reason: 'breaker',
	retryAfterSeconds
});

export const applyToRecords = (parts: Calling, request: RecordCall): Promise<ApplyResult> =>
	call(
		parts,
		request.connection,
		'apply',
		breakerOpen,
		() => parts.records.apply(request),
		callOutcome
	);

export const lookUpInRecords = (parts: Calling, request: RecordCall): Promise<LookupResult> =>
	call<LookupResult>(
		parts,
		request.connection,
		'lookup',
		() => ({ outcome: 'unavailable', reason: 'breaker' }),
		() => parts.records.lookup(request),
		(answer) => (answer.outcome === 'unavailable' ? null : 'ok')
	);

/** The customer's record as it is now. */
export async function readRecords(
	parts: Calling,
	workflow: Workflow,
	customer: string
): Promise<ReadResult> {
	const { connection, read } = workflow.document.records;
	type Answer = { outcome: string; result: ReadResult };
	parts.crash('read-records:before');
	const { result } = await call<Answer>(
		parts,
		connection,
		'read',
		(retryAfterSeconds) => ({
			outcome: 'barred',
			result: { ok: false, reason: 'barred', detail: { explain: 'breaker', retryAfterSeconds } }
		}),
		async () => {
			const answer = await parts.records.read(connection, read.mapping, customer);
			return { outcome: answer.ok ? 'ok' : answer.reason, result: answer };
		},
		({ result: answer }) => {
			if (answer.ok || answer.reason === 'not-found' || answer.reason === 'contract') return 'ok';
			return answer.detail?.counts ?? null;
		}
	);
	parts.crash('read-records:after');
	return result;
}
