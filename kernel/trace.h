/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the discipline: sample, select, update, steer, step, state.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM clockdisc

#if !defined(CDISC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CDISC_TRACE_H

#include <linux/tracepoint.h>

#include "core/loop.h"

TRACE_EVENT(clockdisc_sample,
	TP_PROTO(u32 id, const struct cdisc_sample *s, u32 verdict),
	TP_ARGS(id, s, verdict),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(s64, raw_ns)
		__field(s64, phase_ns)
		__field(s64, delay_ns)
		__field(s64, half_ns)
		__field(u32, verdict)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->raw_ns = s->raw_ns;
		__entry->phase_ns = s->phase_ns;
		__entry->delay_ns = s->delay_ns;
		__entry->half_ns = s->half_ns;
		__entry->verdict = verdict;
	),
	TP_printk("id=%u raw_ns=%lld phase_ns=%lld delay_ns=%lld half_ns=%lld verdict=%u",
		  __entry->id, __entry->raw_ns, __entry->phase_ns, __entry->delay_ns, __entry->half_ns,
		  __entry->verdict)
);

TRACE_EVENT(clockdisc_select,
	TP_PROTO(u32 id, const struct cdisc_selection *sel),
	TP_ARGS(id, sel),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, survivors)
		__field(s64, phase_ns)
		__field(s64, distance_ns)
		__field(s64, jitter_ns)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->survivors = sel->survivors;
		__entry->phase_ns = sel->phase_ns;
		__entry->distance_ns = sel->distance_ns;
		__entry->jitter_ns = sel->jitter_ns;
	),
	TP_printk("id=%u survivors=%u phase_ns=%lld distance_ns=%lld jitter_ns=%lld",
		  __entry->id, __entry->survivors, __entry->phase_ns, __entry->distance_ns, __entry->jitter_ns)
);

TRACE_EVENT(clockdisc_update,
	TP_PROTO(s64 offset_ns, s64 freq_ppb_q16, s64 jitter_ns, s32 poll_log2s),
	TP_ARGS(offset_ns, freq_ppb_q16, jitter_ns, poll_log2s),
	TP_STRUCT__entry(
		__field(s64, offset_ns)
		__field(s64, freq_ppb_q16)
		__field(s64, jitter_ns)
		__field(s32, poll_log2s)
	),
	TP_fast_assign(
		__entry->offset_ns = offset_ns;
		__entry->freq_ppb_q16 = freq_ppb_q16;
		__entry->jitter_ns = jitter_ns;
		__entry->poll_log2s = poll_log2s;
	),
	TP_printk("offset_ns=%lld freq_ppb_q16=%lld jitter_ns=%lld poll_log2s=%d",
		  __entry->offset_ns, __entry->freq_ppb_q16, __entry->jitter_ns, __entry->poll_log2s)
);

TRACE_EVENT(clockdisc_steer,
	TP_PROTO(s64 raw_ns, s64 asked_ppb_q16, s64 set_ppb_q16, s64 bias_ppb_q16, s64 wake_raw_ns),
	TP_ARGS(raw_ns, asked_ppb_q16, set_ppb_q16, bias_ppb_q16, wake_raw_ns),
	TP_STRUCT__entry(
		__field(s64, raw_ns)
		__field(s64, asked_ppb_q16)
		__field(s64, set_ppb_q16)
		__field(s64, bias_ppb_q16)
		__field(s64, wake_raw_ns)
	),
	TP_fast_assign(
		__entry->raw_ns = raw_ns;
		__entry->asked_ppb_q16 = asked_ppb_q16;
		__entry->set_ppb_q16 = set_ppb_q16;
		__entry->bias_ppb_q16 = bias_ppb_q16;
		__entry->wake_raw_ns = wake_raw_ns;
	),
	TP_printk("raw_ns=%lld asked_ppb_q16=%lld set_ppb_q16=%lld bias_ppb_q16=%lld wake_raw_ns=%lld",
		  __entry->raw_ns, __entry->asked_ppb_q16, __entry->set_ppb_q16, __entry->bias_ppb_q16,
		  __entry->wake_raw_ns)
);

TRACE_EVENT(clockdisc_step,
	TP_PROTO(s64 raw_ns, s64 step_ns, int err),
	TP_ARGS(raw_ns, step_ns, err),
	TP_STRUCT__entry(
		__field(s64, raw_ns)
		__field(s64, step_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->raw_ns = raw_ns;
		__entry->step_ns = step_ns;
		__entry->err = err;
	),
	TP_printk("raw_ns=%lld step_ns=%lld err=%d", __entry->raw_ns, __entry->step_ns, __entry->err)
);

TRACE_EVENT(clockdisc_state,
	TP_PROTO(s64 raw_ns, u32 from, u32 to),
	TP_ARGS(raw_ns, from, to),
	TP_STRUCT__entry(
		__field(s64, raw_ns)
		__field(u32, from)
		__field(u32, to)
	),
	TP_fast_assign(
		__entry->raw_ns = raw_ns;
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("raw_ns=%lld from=%u to=%u", __entry->raw_ns, __entry->from, __entry->to)
);

#endif /* CDISC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
