import { type ActionFailure, fail } from '@sveltejs/kit';
import type { Principal } from '../../domain/staff/permissions.ts';

/**
 * Where to go on after a sign-in, if it is a staff page of ours: as a browser reads it, because dots
 * and odd characters lead elsewhere, and no answer can name an address that is not encoded.
 */
export function staffNext(url: URL): string | undefined {
	const read = URL.parse(url.searchParams.get('next') ?? '', url.origin);
	if (read?.origin !== url.origin || !/^\/(desk|console)(\/|$)/.test(read.pathname))
		return undefined;
	const next = `${read.pathname}${read.search}`;
	return next.length <= 500 ? next : undefined;
}

/** The page that somebody begins on. */
export const startPage = ({ permissions }: Pick<Principal, 'permissions'>): string => {
	if (permissions.includes('desk.work')) return '/desk';
	if (permissions.includes('workflow.read')) return '/console/workflows';
	return permissions.includes('staff.manage') ? '/console/staff' : '/console/audit';
};

const STATUS = { wrong: 400, 'too-many': 429 } as const;

/** A try that failed, for the page: which it was is told only as far as everybody may know. */
export const sayTries = <More extends object>(
	reason: keyof typeof STATUS,
	until: string | undefined,
	more: More
): ActionFailure<{ reason: keyof typeof STATUS; until: string | undefined } & More> =>
	fail(STATUS[reason], { reason, until, ...more });
