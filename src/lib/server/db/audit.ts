import type { Actor } from '../../domain/case/events.ts';
import type { Db } from './connect.ts';

/** One privileged act that is no event of a case, such as a publication, a role or a look at a field. */
export interface AuditEntry {
	actor: Actor;
	/** Verb-noun, such as `publish-workflow`. */
	act: string;
	/** What it was done to: kind and id, such as `case:…` or `workflow:…`. */
	object: string;
	/** `done`, or the literal reason of the refusal. */
	result: string;
	/** In the actor's own words. */
	reason?: string | undefined;
	/** Ids and names of fields, never what is personal. */
	data?: Record<string, unknown> | undefined;
}

/** Records an act, in its transaction: what cannot be recorded is not done (case S9). */
export async function recordAct(trx: Db, { data = {}, ...entry }: AuditEntry): Promise<void> {
	await trx
		.insertInto('audit_entries')
		.values({ ...entry, reason: entry.reason ?? null, data: JSON.stringify(data) })
		.execute();
}
