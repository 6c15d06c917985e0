import { Counter, Histogram, Registry } from 'prom-client';

/**
 * What every node counts by itself. Figures that the database knows (cases by stage, writebacks by
 * state, queues) are read when `/metrics` is asked: `flows/read-gauges`.
 */
export function createMetrics() {
	const registry = new Registry();
	const registers = [registry];
	return {
		registry,
		http: new Histogram({
			name: 'tapdone_http_seconds',
			help: 'HTTP requests by route, method and status.',
			labelNames: ['route', 'method', 'status'] as const,
			buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
			registers
		}),
		sends: new Counter({
			name: 'tapdone_sends_total',
			help: 'Messages given to a provider, by channel, class and outcome.',
			labelNames: ['channel', 'class', 'outcome'] as const,
			registers
		}),
		challenges: new Counter({
			name: 'tapdone_challenges_total',
			help: 'Answers to challenges, by factor and result.',
			labelNames: ['factor', 'result'] as const,
			registers
		}),
		records: new Histogram({
			name: 'tapdone_records_seconds',
			help: 'Calls to the system of record, by connection, kind and outcome.',
			labelNames: ['connection', 'kind', 'outcome'] as const,
			buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30],
			registers
		}),
		writebacks: new Counter({
			name: 'tapdone_writebacks_total',
			help: 'Writebacks that reached a state, by workflow and state.',
			labelNames: ['workflow', 'state'] as const,
			registers
		})
	};
}

export type Metrics = ReturnType<typeof createMetrics>;
