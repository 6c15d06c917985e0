import { sql } from 'kysely';
import type { PartView, SwitchView } from '../../contracts/switches.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { actionPart, isPause } from '../../domain/workflow/switches.ts';
import { textIn } from '../../domain/workflow/format.ts';
import type { Texts } from '../../domain/workflow/document.ts';
import { staffNames } from '../db/staff-names.ts';
import type { SwitchRow } from '../db/switches.ts';
import type { Parts } from '../parts.ts';

/** What was off once is history: the newest of it is enough, the record of acts has all. */
const MOST_ENDED = 10;
/** Of what is off: an action more than any workflow has. */
const MOST_OFF = 100;

export interface Switches {
	/** What can be switched off and is on, in the order of the document. */
	on: PartView[];
	off: SwitchView[];
	ended: SwitchView[];
}

/** What of a workflow can be switched off, what is off, and what was. */
export async function listSwitches(
	{ db }: Pick<Parts, 'db'>,
	key: string,
	{ id }: Pick<Principal, 'id'>
): Promise<Switches> {
	const rows = (ended: boolean, limit: number) =>
		db
			.selectFrom('switches')
			.selectAll()
			.where('workflow', '=', key)
			.where('on_at', ended ? 'is not' : 'is', null)
			.orderBy('off_at', 'desc')
			.orderBy('id', 'desc')
			.limit(limit)
			.execute();
	const off = await rows(false, MOST_OFF);
	const ended = await rows(true, MOST_ENDED);
	const parts = await partsOf(db, key);
	const nameOf = await staffNames(
		db,
		[...off, ...ended].flatMap(({ off_by, asked_by, on_by }) => [off_by, asked_by, on_by])
	);
	const shown = (row: SwitchRow): SwitchView => {
		const { asked_by, asked_at, on_by, on_at } = row;
		return {
			id: row.id,
			part: row.part,
			label: labelOf(row.part, parts),
			paused: isPause(row.part),
			offBy: nameOf(row.off_by),
			offAt: row.off_at.toISOString(),
			why: row.off_why,
			asked:
				asked_by && asked_at
					? {
							by: nameOf(asked_by),
							at: asked_at.toISOString(),
							why: row.asked_why ?? '',
							own: asked_by === `staff:${id}`
						}
					: null,
			on: on_by && on_at ? { by: nameOf(on_by), at: on_at.toISOString() } : null
		};
	};
	return {
		on: parts.filter(({ part }) => !off.some((row) => row.part === part)),
		off: off.map(shown),
		ended: ended.map(shown)
	};
}

/** Actions of the latest version, then those that only open cases of older ones still have. */
async function partsOf(db: Parts['db'], key: string): Promise<PartView[]> {
	const { rows } = await sql<{ action: string; label: Texts; retired: boolean; place: number }>`
		with latest as (select max(version) as version from workflows where key = ${key})
		select distinct on (a.key) a.key as action, a.value->'label' as label, a.place::int as place,
			w.version <> latest.version as retired
		from latest join workflows w on w.key = ${key} and (w.version = latest.version or exists (
			select 1 from cases c where c.workflow = w.key and c.version = w.version and c.ended_at is null))
		cross join lateral json_each(w.document->'actions') with ordinality as a(key, value, place)
		order by a.key, w.version desc limit 200`.execute(db);
	if (rows.length === 0) return [];
	return [
		...rows
			.toSorted((a, b) => Number(a.retired) - Number(b.retired) || a.place - b.place)
			.map(({ action, label, retired }) => ({
				part: actionPart(action),
				label: textIn(label, 'en') || action,
				retired
			})),
		{ part: 'outreach', label: 'Outreach, as a whole', retired: false }
	];
}

function labelOf(part: string, known: readonly PartView[]): string {
	const [, channel = '', template = ''] = part.split(':');
	if (isPause(part)) return `Message “${template}” by ${channel}`;
	return known.find((one) => one.part === part)?.label ?? part.replace(/^action:/, '');
}
