import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** What operations must hear of. The same kind about the same subject is one alert that counts. */
export type AlertKind =
	| 'breaker-open'
	| 'contract'
	| 'rule-error'
	| 'code-failures'
	| 'factor-locked'
	| 'factor-disabled'
	| 'send-limit'
	| 'poison-job'
	| 'staff-sign-in'
	| 'sender-down'
	| 'provider-code'
	| 'filtered-messages'
	| 'template-disabled'
	| 'unknown-callback'
	| 'unknown-contact'
	| 'exception-late';

export async function raiseAlert(db: Db, kind: AlertKind, subject: string): Promise<void> {
	await db
		.insertInto('alerts')
		.values({ kind, subject })
		.onConflict((conflict) =>
			conflict
				.columns(['kind', 'subject'])
				.doUpdateSet({ count: sql`alerts.count + 1`, last_at: sql<Date>`now()` })
		)
		.execute();
}
