import { fail } from '../../domain/result.ts';
import type { HttpConnection } from './http-config.ts';
import { createExchange, type Exchange, type Resolve } from './http-exchange.ts';
import { prepare, UnusableMapping, type Names, type Prepared } from './http-map.ts';
import { applyOutcome, lookupOutcome, readOutcome } from './http-outcome.ts';
import type { ReadResult, RecordCall, RecordsPort } from './port.ts';
import { createSlots, type Slots } from './slots.ts';

export interface HttpRecordsOptions {
	/** How names become addresses; the system's resolver unless a test says otherwise. */
	resolve?: Resolve;
	now?: () => Date;
}

/** Waiting for a slot ended, or the call could not even be made. */
type NotMade = { kind: 'busy' } | { kind: 'unconfigured' } | { kind: 'unusable'; explain: string };

const UNCONFIGURED = 'the connection is not configured';
const unusable = (explain: string): NotMade => ({ kind: 'unusable', explain });

/** The HTTP connector: reads `mapping.http`, knows nothing of any particular system of record. */
export function createHttpRecords(
	connections: Record<string, HttpConnection>,
	options: HttpRecordsOptions = {}
): RecordsPort {
	const now = options.now ?? (() => new Date());
	const open = new Map(
		Object.entries(connections).map(([name, connection]) => [
			name,
			{
				connection,
				exchange: createExchange(connection, options.resolve),
				reads: createSlots(connection.concurrency),
				writes: createSlots(connection.concurrency)
			}
		])
	);

	/** Prepares, waits for a slot, sends. */
	async function call(
		name: string,
		kind: 'reads' | 'writes',
		make: (connection: HttpConnection) => Prepared,
		sendUntil?: number
	): Promise<Exchange | NotMade> {
		const used = open.get(name);
		if (!used) return { kind: 'unconfigured' };
		const prepared = attempt(() => make(used.connection));
		if ('kind' in prepared) return prepared;
		const slots: Slots = used[kind];
		const release = await slots.take(used.connection.waitMs);
		if (!release) return { kind: 'busy' };
		const { readMs, writeMs } = used.connection;
		try {
			return await used.exchange.send(prepared, kind === 'reads' ? readMs : writeMs, sendUntil);
		} catch (error) {
			// node:http throws, before anything is sent, for a header or a path that it will not write.
			if (isUnwritable(error)) return unusable('a header or the path cannot be written');
			throw error;
		} finally {
			release();
		}
	}

	return {
		async read(name, { http }, customer): Promise<ReadResult> {
			if (!http) return fail('contract', { explain: 'the mapping is not for http' });
			const made = await call(name, 'reads', (to) => prepare(to, http, { customer }));
			if (made.kind === 'busy') return fail('barred', { explain: 'busy' });
			if (made.kind === 'unconfigured') return fail('unavailable', { explain: UNCONFIGURED });
			if (made.kind === 'unusable') return fail('contract', { explain: made.explain });
			return readOutcome(made);
		},
		async apply(record) {
			const { http } = record.mapping;
			if (!http) return { outcome: 'rejected', reason: 'mapping' };
			const make = (to: HttpConnection) => prepare(to, http, namesOf(record));
			const made = await call(record.connection, 'writes', make, record.sendUntil);
			if (made.kind === 'busy') return { outcome: 'unavailable', reason: 'busy' };
			if (made.kind === 'unconfigured')
				return { outcome: 'unavailable', reason: 'refused', explain: UNCONFIGURED };
			// Nothing was sent and these values will never fit: as definitive as a no from the other side.
			if (made.kind === 'unusable') return { outcome: 'rejected', reason: 'mapping' };
			return applyOutcome(made, record.answer, now());
		},
		async lookup(record) {
			const how = record.mapping.http?.lookup;
			if (!how) return { outcome: 'unavailable', reason: 'mapping' };
			const make = (to: HttpConnection) => prepare(to, how, namesOf(record));
			const made = await call(record.connection, 'reads', make);
			if (made.kind === 'busy' || made.kind === 'unconfigured')
				return { outcome: 'unavailable', reason: made.kind };
			if (made.kind === 'unusable')
				return { outcome: 'unavailable', reason: 'mapping', explain: made.explain };
			return lookupOutcome(made, record.answer, how.found);
		},
		close() {
			for (const { exchange } of open.values()) exchange.close();
			return Promise.resolve();
		}
	};
}

/** `customer` and `reference` are ours: a field of the same name does not replace them. */
const namesOf = ({ fields, customer, reference }: RecordCall): Names => ({
	...fields,
	customer,
	reference
});

function attempt(make: () => Prepared): Prepared | NotMade {
	try {
		return make();
	} catch (error) {
		if (error instanceof UnusableMapping) return unusable(error.message);
		throw error;
	}
}

const isUnwritable = (error: unknown): boolean =>
	error instanceof TypeError &&
	[
		'ERR_INVALID_CHAR',
		'ERR_HTTP_INVALID_HEADER_VALUE',
		'ERR_INVALID_HTTP_TOKEN',
		'ERR_UNESCAPED_CHARACTERS'
	].includes((error as NodeJS.ErrnoException).code ?? '');
