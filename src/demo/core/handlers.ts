import { createHash } from 'node:crypto';
import { z } from 'zod';
import { notFound, parseBody, problem, type Answer } from './answer.ts';
import { faultPlanSchema, type Faults } from './faults.ts';
import { OPERATION_NAMES, OPERATIONS, type OperationName } from './operations.ts';
import { customerSchema } from './record.ts';
import { dateOf } from './time.ts';
import type { AppliedEffect, Store } from './store.ts';

export interface CoreRequest {
	method: string;
	/** Decoded segments of the path. */
	segments: string[];
	query: URLSearchParams;
	idempotencyKey: string | undefined;
	body: string;
	now: number;
	/** How old an effect must be for a lookup to see it, in ms. */
	lookupLag: number;
}

const limitSchema = z.coerce.number().int().min(1).max(1_000).default(100);

/** The API, without transport: always inside one transaction. */
export function handle(store: Store, faults: Faults, request: CoreRequest): Answer {
	const { method, segments } = request;
	const [first = '', second, third, ...rest] = segments;
	if (rest.length > 0) return notFound();
	if (method === 'GET' && first === 'healthz' && !second)
		return { status: 200, body: { ok: true } };
	if (first === 'faults' && !second) return faultPlan(faults, request);
	if (method === 'GET' && first === 'stats' && !second)
		return { status: 200, body: { ...store.stats(), faults: faults.struck() } };
	if (method === 'GET' && first === 'effects' && !second) return listEffects(store, request);
	if (first === 'customers') return customers(store, request, second, third);
	const looked = OPERATION_NAMES.find((name) => OPERATIONS[name].lookup === first);
	if (method === 'GET' && looked && second && !third) return lookUp(store, looked, second, request);
	return notFound();
}

function customers(store: Store, request: CoreRequest, id?: string, path?: string): Answer {
	const { method } = request;
	if (!id) return method === 'GET' ? listCustomers(store, request) : notFound();
	if (path) {
		const name = OPERATION_NAMES.find(
			(each) => OPERATIONS[each].path === path && OPERATIONS[each].method === method
		);
		return name ? applyOperation(store, name, id, request) : notFound();
	}
	if (method === 'GET') {
		const record = store.customer(id);
		return record ? { status: 200, body: record } : notFound();
	}
	if (method !== 'PUT') return notFound();
	const parsed = parseBody(request.body, customerSchema);
	if ('refused' in parsed) return parsed.refused;
	if (parsed.value.id !== id) return problem(422, 'other-id', 'The id is not the one in the path');
	store.put(parsed.value);
	return { status: 200, body: parsed.value };
}

function applyOperation(
	store: Store,
	name: OperationName,
	id: string,
	request: CoreRequest
): Answer {
	const operation = OPERATIONS[name];
	const key = operation.nativeKey ? request.idempotencyKey : undefined;
	const digest = createHash('sha256').update(`${id}\n${name}\n${request.body}`).digest('hex');
	const kept = key === undefined ? undefined : store.key(key);
	if (kept && kept.request !== digest)
		return problem(422, 'key-reused', 'This Idempotency-Key came with another request');
	if (kept) return { status: kept.status, body: JSON.parse(kept.answer) as unknown };

	const before = store.customer(id);
	if (!before) return notFound();
	const parsed = parseBody(request.body, operation.schema);
	if ('refused' in parsed) return parsed.refused;
	const effect = operation.apply(before, parsed.value, dateOf(request.now));
	if ('code' in effect) return problem(422, effect.code, effect.title);
	store.put(effect.record);
	const added = store.add(operation.prefix, {
		kind: name,
		customer: id,
		reference: parsed.value.reference,
		at: request.now,
		answer: effect.answer,
		before
	});
	if (key !== undefined) store.keepKey(key, digest, operation.status, added.answer);
	return { status: operation.status, body: added.answer };
}

function lookUp(
	store: Store,
	name: OperationName,
	reference: string,
	request: CoreRequest
): Answer {
	const effect = store.find(name, reference, request.now - request.lookupLag);
	return effect ? { status: 200, body: effect.answer } : notFound();
}

function listCustomers(store: Store, { query }: CoreRequest): Answer {
	const limit = limitSchema.safeParse(query.get('limit') ?? undefined);
	if (!limit.success) return problem(422, 'invalid-fields', 'limit is 1 to 1000');
	const found = store.customers(query.get('cursor') ?? '', limit.data + 1);
	const page = found.slice(0, limit.data);
	const next = found.length > limit.data ? page.at(-1)?.id : undefined;
	return { status: 200, body: { customers: page, next: next ?? null } };
}

function listEffects(store: Store, { query }: CoreRequest): Answer {
	const limit = limitSchema.safeParse(query.get('limit') ?? '1000');
	const after = z.coerce
		.number()
		.int()
		.min(0)
		.safeParse(query.get('cursor') ?? '0');
	if (!limit.success || !after.success)
		return problem(422, 'invalid-fields', 'limit is 1 to 1000, cursor a number');
	const found = store.effects(after.data, limit.data + 1, query.get('customer') ?? undefined);
	const page = found.slice(0, limit.data);
	const next = found.length > limit.data ? page.at(-1)?.number : undefined;
	return { status: 200, body: { effects: page.map(shown), next: next ?? null } };
}

const shown = ({ number, id, kind, customer, reference, at, answer }: AppliedEffect) => ({
	number,
	id,
	kind,
	customer,
	reference,
	at: new Date(at).toISOString(),
	answer
});

function faultPlan(faults: Faults, request: CoreRequest): Answer {
	if (request.method === 'DELETE') faults.clear();
	else if (request.method === 'PUT') {
		const parsed = parseBody(request.body, faultPlanSchema);
		if ('refused' in parsed) return parsed.refused;
		faults.set(parsed.value.plan, parsed.value.seed);
	} else if (request.method !== 'GET') return notFound();
	return { status: 200, body: faults.show() };
}
