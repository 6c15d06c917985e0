import type { Scope } from '../../src/lib/contracts/api.ts';
import { createApiKey } from '../../src/lib/server/flows/create-api-key.ts';
import { startWorld, type World } from '../support/world.ts';

/** A world whose app `server/web` finds, as it does behind the production server. */
export async function apiWorld(): Promise<World> {
	const world = await startWorld();
	(globalThis as Record<symbol, unknown>)[Symbol.for('tapdone.app')] = world.app;
	return world;
}

/** A new key's token. */
export async function tokenOf({ parts }: World, name: string, scopes: Scope[]): Promise<string> {
	const created = await createApiKey(parts, name, scopes);
	if (!created.ok) throw new Error(created.reason);
	return created.value.token;
}

/** A line that opens a case of its own for each customer. */
export const lineFor = (customer: string, more: object = {}) => ({
	workflow: 'failed-payment',
	customer,
	contacts: { sms: '+4917604069001' },
	facts: { balance: 3363, due_date: '2026-11-16' },
	...more
});
