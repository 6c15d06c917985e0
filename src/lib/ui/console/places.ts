import type { Permission } from '../../domain/staff/permissions.ts';

/** The parts of the staff pages, what opens each, and the two keys that lead there. */
const PLACES: { href: string; name: string; keys: string; needs: Permission[] }[] = [
	{ href: '/desk', name: 'Desk', keys: 'g d', needs: ['desk.read'] },
	{ href: '/console', name: 'Overview', keys: 'g o', needs: ['figures.read'] },
	{ href: '/console/workflows', name: 'Workflows', keys: 'g w', needs: ['workflow.read'] },
	{ href: '/console/proposals', name: 'Proposals', keys: 'g p', needs: ['workflow.read'] },
	{ href: '/console/figures', name: 'Figures', keys: 'g f', needs: ['figures.read'] },
	{ href: '/console/alerts', name: 'Alerts', keys: 'g a', needs: ['figures.read'] },
	{
		href: '/console/erasures',
		name: 'Erasures',
		keys: 'g e',
		needs: ['person.erase', 'person.approve-erasure']
	},
	{ href: '/console/audit', name: 'Audit', keys: 'g u', needs: ['audit.read'] },
	{ href: '/console/staff', name: 'Staff', keys: 'g s', needs: ['staff.manage'] }
];

/** Where somebody with these permissions may go. */
export const placesFor = (permissions: readonly Permission[]) =>
	PLACES.filter(({ needs }) => needs.some((one) => permissions.includes(one))).map(
		({ href, name, keys }) => ({ href, name, keys })
	);
