import { askPerson } from '../../src/lib/server/flows/ask-person.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { type HeldVisit, verified } from './journey.ts';
import { openCase } from './open-case.ts';

export interface Asked {
	caseId: string;
	/** The exception that asking raised. */
	exception: string;
	visit: Awaited<ReturnType<typeof verified>> & HeldVisit;
}

/** A customer who proved who they are and asked for a person. */
export async function askedForPerson(
	world: { parts: Parts },
	customer: string,
	workflow = 'collections-plan'
): Promise<Asked> {
	const caseId = await openCase(world, { workflow, customer });
	const visit = await verified(world, caseId);
	await askPerson(world.parts, visit);
	return { caseId, visit, exception: await openException(world, caseId) };
}

/** The open exception of a case; the first where there are more. */
export async function openException({ parts }: { parts: Parts }, caseId: string): Promise<string> {
	const { id } = await parts.db
		.selectFrom('exceptions')
		.select('id')
		.where('case_id', '=', caseId)
		.where('state', '=', 'open')
		.orderBy('opened_at')
		.executeTakeFirstOrThrow();
	return id;
}

export const exceptionRow = ({ parts }: { parts: Parts }, id: string) =>
	parts.db.selectFrom('exceptions').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

/** The incident that an open exception of this case belongs to. */
export async function incidentOf(world: { parts: Parts }, caseId: string): Promise<string> {
	const { incident_id } = await exceptionRow(world, await openException(world, caseId));
	if (incident_id === null) throw new Error('It belongs to no incident.');
	return incident_id;
}
