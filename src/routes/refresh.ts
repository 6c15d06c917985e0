import { invalidateAll } from '$app/navigation';
import { navigating } from '$app/state';

/**
 * Reads what the page shows anew, unless somebody is leaving it: the framework would take the navigation
 * back, and their press would be lost.
 */
export function refresh(): void {
	if (navigating.to === null) void invalidateAll();
}
