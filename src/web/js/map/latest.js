/* Answers that follow something quick, like a pointer: one request at a time, the latest wins. Pure but for time. */

/**
 * @param {(what, signal: AbortSignal) => Promise} ask
 * @param {(answer, what) => void} give called with each answer that is still wanted
 * @param {{fault?: (fault) => void, patience?: number}} [more] a request that is out of date is left to end for so many
 *     milliseconds (an answer on its way is worth showing while the pointer moves on), then it is aborted
 */
export function latest(ask, give, { fault = () => {}, patience = 250 } = {}) {
    let running = null;
    let next = null;

    async function run(what) {
        const own = { control: new AbortController(), dropped: false, timer: 0 };
        running = own;
        try {
            const answer = await ask(what, own.control.signal);
            if (!own.dropped) give(answer, what);
        } catch (problem) {
            if (!own.dropped && problem.name !== "AbortError") fault(problem);
        }
        clearTimeout(own.timer);
        if (running === own) running = null;
        if (!running && next) {
            const { what: wanted } = next;
            next = null;
            run(wanted);
        }
    }

    function drop() {
        if (!running) return;
        running.dropped = true;
        running.control.abort();
        running = null;
    }

    return {
        /** Asks for this now, or as soon as the request under way is there. */
        want(what) {
            if (!running) return void run(what);
            next = { what };
            running.timer ||= setTimeout(((own) => () => own === running && own.control.abort())(running), patience);
        },
        /** Nothing is wanted anymore. */
        stop() {
            next = null;
            drop();
        },
    };
}
