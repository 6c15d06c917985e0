import { askStaff } from '$lib/server/web/guards';
// By address, so that it is loaded once and kept: only customers' pages carry their style inside.
import style from '$lib/ui/console/staff.css?url';
import { placesFor } from '$lib/ui/console/places';
import type { LayoutServerLoad } from './$types';

// Staff work by keyboard and with live lists; the forms do without a script.
export const csr = true;

/** What stands around every staff page. */
export const load: LayoutServerLoad = async (event) => {
	const found = await askStaff(event);
	return {
		style,
		who: found && { id: found.id, name: found.name, roles: found.roles },
		places: found ? placesFor(found.permissions) : []
	};
};
