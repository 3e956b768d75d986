/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/clockdisc.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_CLOCKDISC_H
#define _UAPI_LINUX_CLOCKDISC_H

#define CLOCKDISC_FAMILY_NAME		"clockdisc"
#define CLOCKDISC_FAMILY_VERSION	1

/**
 * enum clockdisc_state - State of the clock discipline (RFC 5905, section
 *   11.3, and holdover).
 * @CLOCKDISC_STATE_UNSET: No offset has been measured and no frequency is
 *   known.
 * @CLOCKDISC_STATE_FSET: A frequency was given, no offset has been measured.
 * @CLOCKDISC_STATE_FREQ: The clock was set once and its frequency is being
 *   measured.
 * @CLOCKDISC_STATE_SYNC: A selected source steers the clock.
 * @CLOCKDISC_STATE_SPIKE: The offset is above the step threshold, for less
 *   than the stepout.
 * @CLOCKDISC_STATE_HOLDOVER: No source is selected; the learnt frequency
 *   carries the clock.
 * @CLOCKDISC_STATE_FROZEN: Steering is suspended at the last good rate, after
 *   a panic or by command.
 */
enum clockdisc_state {
	CLOCKDISC_STATE_UNSET = 1,
	CLOCKDISC_STATE_FSET,
	CLOCKDISC_STATE_FREQ,
	CLOCKDISC_STATE_SYNC,
	CLOCKDISC_STATE_SPIKE,
	CLOCKDISC_STATE_HOLDOVER,
	CLOCKDISC_STATE_FROZEN,
};

/**
 * enum clockdisc_actuator - What moves the clock.
 * @CLOCKDISC_ACTUATOR_TIMEKEEPER: The kernel's own timekeeper, by way of
 *   do_adjtimex().
 * @CLOCKDISC_ACTUATOR_OBSERVE: Nothing; measures, decides and reports.
 * @CLOCKDISC_ACTUATOR_CLOCKSOURCE: A clocksource of our own, whose rate is
 *   set.
 */
enum clockdisc_actuator {
	CLOCKDISC_ACTUATOR_TIMEKEEPER = 1,
	CLOCKDISC_ACTUATOR_OBSERVE,
	CLOCKDISC_ACTUATOR_CLOCKSOURCE,
};

/**
 * enum clockdisc_servo - The loop that turns offsets into frequency and phase
 *   corrections.
 * @CLOCKDISC_SERVO_NTP: PLL/FLL hybrid of RFC 5905.
 * @CLOCKDISC_SERVO_ADAPTIVE: Follows an estimate whose gains come from how
 *   wide samples are and how restless the oscillator is.
 */
enum clockdisc_servo {
	CLOCKDISC_SERVO_NTP = 1,
	CLOCKDISC_SERVO_ADAPTIVE,
};

/**
 * enum clockdisc_leap - Leap indicator; one more than its value in an NTP
 *   packet.
 * @CLOCKDISC_LEAP_NONE: The last minute of the day has 60 seconds.
 * @CLOCKDISC_LEAP_INSERT: The last minute of the day has 61 seconds.
 * @CLOCKDISC_LEAP_DELETE: The last minute of the day has 59 seconds.
 * @CLOCKDISC_LEAP_UNSYNC: Not synchronised.
 */
enum clockdisc_leap {
	CLOCKDISC_LEAP_NONE = 1,
	CLOCKDISC_LEAP_INSERT,
	CLOCKDISC_LEAP_DELETE,
	CLOCKDISC_LEAP_UNSYNC,
};

/**
 * enum clockdisc_reason - Why a source is or is not used. In brackets the
 *   tally mark of ntpq.
 * @CLOCKDISC_REASON_SELECTED: System peer, its time is used and its identity
 *   is passed on [*].
 * @CLOCKDISC_REASON_COMBINED: Survivor, weighs in the combined time [+].
 * @CLOCKDISC_REASON_OUTLIER: Truechimer, discarded by the cluster algorithm
 *   [-].
 * @CLOCKDISC_REASON_EXCESS: Truechimer beyond the number that the cluster
 *   algorithm looks at [.].
 * @CLOCKDISC_REASON_FALSETICKER: Its interval does not meet the majority's
 *   [x].
 * @CLOCKDISC_REASON_NO_MAJORITY: No majority of the sources agrees on an
 *   interval [x].
 * @CLOCKDISC_REASON_FEW_SURVIVORS: Fewer survivors than the minimum that is
 *   asked for [#].
 * @CLOCKDISC_REASON_NO_SAMPLE: No sample has been accepted yet [ ].
 * @CLOCKDISC_REASON_UNREACHABLE: None of its last eight polls was answered [
 *   ].
 * @CLOCKDISC_REASON_UNSYNC: The source says that it is not synchronised itself
 *   [ ].
 * @CLOCKDISC_REASON_STRATUM: Its stratum is 16 or more [ ].
 * @CLOCKDISC_REASON_DISTANCE: Its root distance exceeds the largest one
 *   allowed [ ].
 * @CLOCKDISC_REASON_LOOP: It is synchronised to this very machine [ ].
 * @CLOCKDISC_REASON_NOSELECT: The operator asked that it is never used [ ].
 * @CLOCKDISC_REASON_NOT_TRUSTED: Another source is marked trust and does not
 *   agree with it [-].
 * @CLOCKDISC_REASON_HOST_DISAGREES: The host clock disagrees with the majority
 *   of the sources [x].
 * @CLOCKDISC_REASON_SMEAR_MIXED: It smears leap seconds and the sources that
 *   are used do not, or the other way round [-].
 * @CLOCKDISC_REASON_BUDGET: It had the clock moved by as much as it may in a
 *   day; it is looked at again within an hour [ ].
 */
enum clockdisc_reason {
	CLOCKDISC_REASON_SELECTED = 1,
	CLOCKDISC_REASON_COMBINED,
	CLOCKDISC_REASON_OUTLIER,
	CLOCKDISC_REASON_EXCESS,
	CLOCKDISC_REASON_FALSETICKER,
	CLOCKDISC_REASON_NO_MAJORITY,
	CLOCKDISC_REASON_FEW_SURVIVORS,
	CLOCKDISC_REASON_NO_SAMPLE,
	CLOCKDISC_REASON_UNREACHABLE,
	CLOCKDISC_REASON_UNSYNC,
	CLOCKDISC_REASON_STRATUM,
	CLOCKDISC_REASON_DISTANCE,
	CLOCKDISC_REASON_LOOP,
	CLOCKDISC_REASON_NOSELECT,
	CLOCKDISC_REASON_NOT_TRUSTED,
	CLOCKDISC_REASON_HOST_DISAGREES,
	CLOCKDISC_REASON_SMEAR_MIXED,
	CLOCKDISC_REASON_BUDGET,
};

/**
 * enum clockdisc_verdict - What became of a sample.
 * @CLOCKDISC_VERDICT_ACCEPTED: Folded into the source's estimate.
 * @CLOCKDISC_VERDICT_KEPT: Entered the clock filter, an earlier sample with
 *   less delay is used.
 * @CLOCKDISC_VERDICT_POPCORN: Its offset stands out from the jitter; dropped
 *   as a single spike.
 * @CLOCKDISC_VERDICT_GENERATION: The clock was set, suspended or moved to
 *   another counter between its stamps.
 * @CLOCKDISC_VERDICT_STAMP_OLD: A local stamp is older than the oldest entry
 *   of the timeline.
 * @CLOCKDISC_VERDICT_STAMP_FUTURE: A local stamp lies in the future.
 * @CLOCKDISC_VERDICT_STAMP_ORDER: T4 is before T1, or T3 before T2.
 * @CLOCKDISC_VERDICT_DELAY: The server claims to have held the packet longer
 *   than the whole exchange took.
 * @CLOCKDISC_VERDICT_DUPLICATE: Not newer than the last sample of this source.
 * @CLOCKDISC_VERDICT_UNSYNC: The leap indicator says that the server is not
 *   synchronised.
 * @CLOCKDISC_VERDICT_STRATUM: Stratum 0, or 16 and more.
 * @CLOCKDISC_VERDICT_DISTANCE: Root delay / 2 plus root dispersion exceeds the
 *   largest root distance.
 * @CLOCKDISC_VERDICT_MISSED: A poll that was not answered; counts in reach.
 * @CLOCKDISC_VERDICT_NO_SOURCE: There is no source with this id, or no longer.
 * @CLOCKDISC_VERDICT_RATE: More samples a second than the source is allowed.
 * @CLOCKDISC_VERDICT_LEAP: Within a second of a leap second; the server may
 *   have made it and the clock not, or the other way round.
 */
enum clockdisc_verdict {
	CLOCKDISC_VERDICT_ACCEPTED = 1,
	CLOCKDISC_VERDICT_KEPT,
	CLOCKDISC_VERDICT_POPCORN,
	CLOCKDISC_VERDICT_GENERATION,
	CLOCKDISC_VERDICT_STAMP_OLD,
	CLOCKDISC_VERDICT_STAMP_FUTURE,
	CLOCKDISC_VERDICT_STAMP_ORDER,
	CLOCKDISC_VERDICT_DELAY,
	CLOCKDISC_VERDICT_DUPLICATE,
	CLOCKDISC_VERDICT_UNSYNC,
	CLOCKDISC_VERDICT_STRATUM,
	CLOCKDISC_VERDICT_DISTANCE,
	CLOCKDISC_VERDICT_MISSED,
	CLOCKDISC_VERDICT_NO_SOURCE,
	CLOCKDISC_VERDICT_RATE,
	CLOCKDISC_VERDICT_LEAP,
};

/**
 * enum clockdisc_event - What a notification of the clock group tells.
 * @CLOCKDISC_EVENT_STATE: The state changed.
 * @CLOCKDISC_EVENT_STEP: The clock was stepped by us; event-value-ns is the
 *   step.
 * @CLOCKDISC_EVENT_SLEW_BEGIN: A slew began; event-value-ns is the phase to be
 *   moved.
 * @CLOCKDISC_EVENT_SLEW_END: A slew ended; event-value-ns is what is left of
 *   it.
 * @CLOCKDISC_EVENT_LEAP: A leap second was armed, disarmed or happened.
 * @CLOCKDISC_EVENT_FREEZE: Steering was suspended.
 * @CLOCKDISC_EVENT_UNFREEZE: Steering was taken up again.
 * @CLOCKDISC_EVENT_FOREIGN_SET: Somebody else set the clock; event-value-ns is
 *   by how much.
 * @CLOCKDISC_EVENT_FOREIGN_RATE: Somebody else changed the clock's rate.
 * @CLOCKDISC_EVENT_CONFIG: The configuration was changed.
 * @CLOCKDISC_EVENT_FREQUENCY: The learnt frequency was set by command.
 * @CLOCKDISC_EVENT_INTERRUPTED: Time went by unseen, or the counter changed;
 *   interruption names the causes.
 * @CLOCKDISC_EVENT_SELECTION: Another source was selected, or none is any
 *   longer.
 * @CLOCKDISC_EVENT_RESTORED: The first offset after an interruption was acted
 *   on; event-value-ns is the gap, reaction what was done, interruption names
 *   the causes.
 * @CLOCKDISC_EVENT_CONFLICT: Somebody else moved the clock and something is
 *   done about it; mover-name and mover-pid tell who, the log what.
 *   event-value-ns is by how much, when it was set.
 * @CLOCKDISC_EVENT_YIELD: The clock is left to another program; mover-name and
 *   mover-pid tell to which.
 * @CLOCKDISC_EVENT_RESUME: Steering was taken up again after the clock had
 *   been left to another program.
 */
enum clockdisc_event {
	CLOCKDISC_EVENT_STATE = 1,
	CLOCKDISC_EVENT_STEP,
	CLOCKDISC_EVENT_SLEW_BEGIN,
	CLOCKDISC_EVENT_SLEW_END,
	CLOCKDISC_EVENT_LEAP,
	CLOCKDISC_EVENT_FREEZE,
	CLOCKDISC_EVENT_UNFREEZE,
	CLOCKDISC_EVENT_FOREIGN_SET,
	CLOCKDISC_EVENT_FOREIGN_RATE,
	CLOCKDISC_EVENT_CONFIG,
	CLOCKDISC_EVENT_FREQUENCY,
	CLOCKDISC_EVENT_INTERRUPTED,
	CLOCKDISC_EVENT_SELECTION,
	CLOCKDISC_EVENT_RESTORED,
	CLOCKDISC_EVENT_CONFLICT,
	CLOCKDISC_EVENT_YIELD,
	CLOCKDISC_EVENT_RESUME,
};

/**
 * enum clockdisc_interruption - What told that the clock was interrupted; more
 *   than one may tell of the same event.
 * @CLOCKDISC_INTERRUPTION_VM_GENERATION: The virtual machine was restored from
 *   a snapshot or copied (VMGENID).
 * @CLOCKDISC_INTERRUPTION_HOST_PAGE: The hypervisor gave the guest's clock
 *   another relation to its counter.
 * @CLOCKDISC_INTERRUPTION_HOST_JUMP: The host's time jumped against the
 *   counter.
 * @CLOCKDISC_INTERRUPTION_GUEST_STOPPED: The hypervisor says that the guest
 *   was stopped.
 * @CLOCKDISC_INTERRUPTION_BOOTTIME: CLOCK_BOOTTIME jumped, the machine was
 *   suspended.
 * @CLOCKDISC_INTERRUPTION_RESUME: The power management says that the machine
 *   was suspended or hibernated.
 * @CLOCKDISC_INTERRUPTION_CLOCKSOURCE: The kernel changed to another
 *   clocksource.
 * @CLOCKDISC_INTERRUPTION_LOST: The clock was changed more often than could be
 *   recorded.
 * @CLOCKDISC_INTERRUPTION_FOREIGN_SET: Somebody set the clock, and it is set
 *   right again.
 * @CLOCKDISC_INTERRUPTION_START: The module was loaded in a guest.
 */
enum clockdisc_interruption {
	CLOCKDISC_INTERRUPTION_VM_GENERATION = 1,
	CLOCKDISC_INTERRUPTION_HOST_PAGE = 2,
	CLOCKDISC_INTERRUPTION_HOST_JUMP = 4,
	CLOCKDISC_INTERRUPTION_GUEST_STOPPED = 8,
	CLOCKDISC_INTERRUPTION_BOOTTIME = 16,
	CLOCKDISC_INTERRUPTION_RESUME = 32,
	CLOCKDISC_INTERRUPTION_CLOCKSOURCE = 64,
	CLOCKDISC_INTERRUPTION_LOST = 128,
	CLOCKDISC_INTERRUPTION_FOREIGN_SET = 256,
	CLOCKDISC_INTERRUPTION_START = 512,
};

/**
 * enum clockdisc_reaction - What was done about an offset.
 * @CLOCKDISC_REACTION_NONE: Nothing; the clock is frozen or only observed.
 * @CLOCKDISC_REACTION_STEP: The clock was stepped.
 * @CLOCKDISC_REACTION_SLEW: The clock is slewed.
 */
enum clockdisc_reaction {
	CLOCKDISC_REACTION_NONE = 1,
	CLOCKDISC_REACTION_STEP,
	CLOCKDISC_REACTION_SLEW,
};

/**
 * enum clockdisc_cause - What an offset comes from; each has a row of
 *   permissions.
 * @CLOCKDISC_CAUSE_STARTUP: One of the first offsets that are acted on, as
 *   many as startup-updates says.
 * @CLOCKDISC_CAUSE_DRIFT: Any other offset.
 * @CLOCKDISC_CAUSE_RESTORE: The first offset after an interruption.
 * @CLOCKDISC_CAUSE_OPERATOR: A command.
 * @CLOCKDISC_CAUSE_SOURCE: Another source was selected than the one whose
 *   offset was last acted on.
 * @CLOCKDISC_CAUSE_LEAP: A leap second, 1 s forward when UTC deletes one and
 *   backward when it inserts one.
 */
enum clockdisc_cause {
	CLOCKDISC_CAUSE_STARTUP = 1,
	CLOCKDISC_CAUSE_DRIFT,
	CLOCKDISC_CAUSE_RESTORE,
	CLOCKDISC_CAUSE_OPERATOR,
	CLOCKDISC_CAUSE_SOURCE,
	CLOCKDISC_CAUSE_LEAP,
};

/**
 * enum clockdisc_preset - A whole policy by a familiar name;
 *   Documentation/policy.rst has their tables.
 * @CLOCKDISC_PRESET_CUSTOM: None of the others; cannot be set.
 * @CLOCKDISC_PRESET_NTPD: As ntpd; the default.
 * @CLOCKDISC_PRESET_NTPD_X: As ntpd -x, which steps above 600 s.
 * @CLOCKDISC_PRESET_NTPD_G: As ntpd -g, whose first offset may be of any size.
 * @CLOCKDISC_PRESET_CHRONY_START: As chronyd with makestep 1.0 3.
 * @CLOCKDISC_PRESET_CHRONY_ALWAYS: As chronyd with makestep 0.1 -1.
 * @CLOCKDISC_PRESET_VMTOOLS: As the time sync of VMware Tools, which steps
 *   back after an interruption only.
 * @CLOCKDISC_PRESET_MONOTONIC: No step backward, whatever the cause, by
 *   command neither.
 * @CLOCKDISC_PRESET_HOST: Right at once at the start and after an
 *   interruption; the default in a guest whose host tells its time.
 */
enum clockdisc_preset {
	CLOCKDISC_PRESET_CUSTOM = 1,
	CLOCKDISC_PRESET_NTPD,
	CLOCKDISC_PRESET_NTPD_X,
	CLOCKDISC_PRESET_NTPD_G,
	CLOCKDISC_PRESET_CHRONY_START,
	CLOCKDISC_PRESET_CHRONY_ALWAYS,
	CLOCKDISC_PRESET_VMTOOLS,
	CLOCKDISC_PRESET_MONOTONIC,
	CLOCKDISC_PRESET_HOST,
};

/**
 * enum clockdisc_leap_mode - What becomes of a leap second that the sources
 *   announce.
 * @CLOCKDISC_LEAP_MODE_KERNEL: The kernel inserts or deletes it; the clock is
 *   set by 1 s.
 * @CLOCKDISC_LEAP_MODE_SMEAR_LINEAR: It is spread evenly from noon to noon;
 *   the clock is off UTC by up to 0.5 s.
 * @CLOCKDISC_LEAP_MODE_SMEAR_COSINE: Likewise, beginning and ending gently.
 * @CLOCKDISC_LEAP_MODE_SLEW: The clock goes straight on and is slewed by 1 s
 *   afterwards, at the largest rate of the row leap.
 */
enum clockdisc_leap_mode {
	CLOCKDISC_LEAP_MODE_KERNEL = 1,
	CLOCKDISC_LEAP_MODE_SMEAR_LINEAR,
	CLOCKDISC_LEAP_MODE_SMEAR_COSINE,
	CLOCKDISC_LEAP_MODE_SLEW,
};

/**
 * enum clockdisc_pending_reason - Why a correction waits for the operator.
 * @CLOCKDISC_PENDING_REASON_PANIC: It is above the panic threshold.
 * @CLOCKDISC_PENDING_REASON_FLOOR: It would take the clock below the floor.
 * @CLOCKDISC_PENDING_REASON_BUDGET: It is more than is left of a day's budget.
 */
enum clockdisc_pending_reason {
	CLOCKDISC_PENDING_REASON_PANIC = 1,
	CLOCKDISC_PENDING_REASON_FLOOR,
	CLOCKDISC_PENDING_REASON_BUDGET,
};

/**
 * enum clockdisc_source_event - What a notification of the sources group
 *   tells.
 * @CLOCKDISC_SOURCE_EVENT_ADDED: The source was added.
 * @CLOCKDISC_SOURCE_EVENT_REMOVED: The source was removed.
 * @CLOCKDISC_SOURCE_EVENT_CHANGED: Its settings were changed by command.
 * @CLOCKDISC_SOURCE_EVENT_REASON: The reason why it is or is not used changed.
 * @CLOCKDISC_SOURCE_EVENT_SAMPLE: A sample of it was accepted or dropped.
 */
enum clockdisc_source_event {
	CLOCKDISC_SOURCE_EVENT_ADDED = 1,
	CLOCKDISC_SOURCE_EVENT_REMOVED,
	CLOCKDISC_SOURCE_EVENT_CHANGED,
	CLOCKDISC_SOURCE_EVENT_REASON,
	CLOCKDISC_SOURCE_EVENT_SAMPLE,
};

/**
 * enum clockdisc_source_flags - What the operator says of a source.
 * @CLOCKDISC_SOURCE_FLAGS_PREFER: Chosen as system peer when it is among the
 *   survivors.
 * @CLOCKDISC_SOURCE_FLAGS_NOSELECT: Measured and shown, never used.
 * @CLOCKDISC_SOURCE_FLAGS_TRUST: Its interval is right; sources that do not
 *   meet it are not used.
 * @CLOCKDISC_SOURCE_FLAGS_SMEAR: It smears leap seconds; never mixed with
 *   sources that do not.
 */
enum clockdisc_source_flags {
	CLOCKDISC_SOURCE_FLAGS_PREFER = 1,
	CLOCKDISC_SOURCE_FLAGS_NOSELECT = 2,
	CLOCKDISC_SOURCE_FLAGS_TRUST = 4,
	CLOCKDISC_SOURCE_FLAGS_SMEAR = 8,
};

/**
 * enum clockdisc_log_kind - What happened to the clock, in an entry of the
 *   log.
 * @CLOCKDISC_LOG_KIND_SET: The clock was set, by settimeofday(),
 *   clock_settime() or, where kprobes are not available, in any way.
 * @CLOCKDISC_LOG_KIND_STEP: The clock was moved by an amount, by adjtimex()
 *   with ADJ_SETOFFSET or by us.
 * @CLOCKDISC_LOG_KIND_RATE: The clock's rate was changed.
 * @CLOCKDISC_LOG_KIND_SLEW: A slew began, by adjtime(), by the kernel's PLL or
 *   by us.
 * @CLOCKDISC_LOG_KIND_STATUS: The kernel's status word was changed; a leap
 *   second is armed there, too.
 * @CLOCKDISC_LOG_KIND_LEAP: The kernel inserted or deleted a leap second.
 * @CLOCKDISC_LOG_KIND_TAI: TAI minus UTC was changed.
 * @CLOCKDISC_LOG_KIND_CLOCKSOURCE: The kernel changed to another clocksource.
 * @CLOCKDISC_LOG_KIND_SLEEP: The machine was suspended; the clock was moved on
 *   by the time that it slept.
 * @CLOCKDISC_LOG_KIND_LOST: Changes that could not be recorded; count tells
 *   how many.
 * @CLOCKDISC_LOG_KIND_YIELD: We left the clock to somebody else; name and pid
 *   tell to whom.
 * @CLOCKDISC_LOG_KIND_RESUME: We took the clock back.
 */
enum clockdisc_log_kind {
	CLOCKDISC_LOG_KIND_SET = 1,
	CLOCKDISC_LOG_KIND_STEP,
	CLOCKDISC_LOG_KIND_RATE,
	CLOCKDISC_LOG_KIND_SLEW,
	CLOCKDISC_LOG_KIND_STATUS,
	CLOCKDISC_LOG_KIND_LEAP,
	CLOCKDISC_LOG_KIND_TAI,
	CLOCKDISC_LOG_KIND_CLOCKSOURCE,
	CLOCKDISC_LOG_KIND_SLEEP,
	CLOCKDISC_LOG_KIND_LOST,
	CLOCKDISC_LOG_KIND_YIELD,
	CLOCKDISC_LOG_KIND_RESUME,
};

/**
 * enum clockdisc_log_cause - Why the clock was moved, in an entry of the log.
 * @CLOCKDISC_LOG_CAUSE_FOREIGN: Somebody else did it.
 * @CLOCKDISC_LOG_CAUSE_KERNEL: The kernel did it by itself.
 * @CLOCKDISC_LOG_CAUSE_STARTUP: We did, for the first offset since the module
 *   was loaded, or to take the clock over.
 * @CLOCKDISC_LOG_CAUSE_DRIFT: We did, to follow the selected sources.
 * @CLOCKDISC_LOG_CAUSE_SOURCE_CHANGE: We did, because another source was
 *   selected.
 * @CLOCKDISC_LOG_CAUSE_RESTORE: We did, for the first offset after an
 *   interruption.
 * @CLOCKDISC_LOG_CAUSE_REASSERT: We did, because somebody else had moved the
 *   clock.
 * @CLOCKDISC_LOG_CAUSE_OPERATOR: We did, by command.
 * @CLOCKDISC_LOG_CAUSE_LEAP: We did, to arm or disarm a leap second.
 * @CLOCKDISC_LOG_CAUSE_SYNC: We did, because the clock became or ceased to be
 *   synchronised.
 * @CLOCKDISC_LOG_CAUSE_EXIT: We did, to leave a sane clock behind.
 * @CLOCKDISC_LOG_CAUSE_QUIET: We did, because whom the clock had been left to
 *   did not move it any more.
 */
enum clockdisc_log_cause {
	CLOCKDISC_LOG_CAUSE_FOREIGN = 1,
	CLOCKDISC_LOG_CAUSE_KERNEL,
	CLOCKDISC_LOG_CAUSE_STARTUP,
	CLOCKDISC_LOG_CAUSE_DRIFT,
	CLOCKDISC_LOG_CAUSE_SOURCE_CHANGE,
	CLOCKDISC_LOG_CAUSE_RESTORE,
	CLOCKDISC_LOG_CAUSE_REASSERT,
	CLOCKDISC_LOG_CAUSE_OPERATOR,
	CLOCKDISC_LOG_CAUSE_LEAP,
	CLOCKDISC_LOG_CAUSE_SYNC,
	CLOCKDISC_LOG_CAUSE_EXIT,
	CLOCKDISC_LOG_CAUSE_QUIET,
};

/**
 * enum clockdisc_conflict - What is done when somebody else moves the clock.
 * @CLOCKDISC_CONFLICT_YIELD: Steering stops, watching goes on; until resume,
 *   or until nobody has moved the clock for quiet-ns.
 * @CLOCKDISC_CONFLICT_REASSERT: The clock is set right again, not before
 *   hold-off-ns after the last time, and up to reassert-limit times an hour.
 * @CLOCKDISC_CONFLICT_ALARM: It is told, and nothing is done about it beyond
 *   the policy; a rate is set again after hold-off-ns.
 */
enum clockdisc_conflict {
	CLOCKDISC_CONFLICT_YIELD = 1,
	CLOCKDISC_CONFLICT_REASSERT,
	CLOCKDISC_CONFLICT_ALARM,
};

/**
 * enum clockdisc_log_reaction - What we decided to do about somebody else's
 *   move.
 * @CLOCKDISC_LOG_REACTION_NONE: Nothing; the clock is observed, frozen or left
 *   to others, or it is not known what would be right.
 * @CLOCKDISC_LOG_REACTION_YIELD: The clock is left to them.
 * @CLOCKDISC_LOG_REACTION_REASSERT: The clock is set right again; entries with
 *   the cause reassert tell how.
 * @CLOCKDISC_LOG_REACTION_ALARM: It is told.
 */
enum clockdisc_log_reaction {
	CLOCKDISC_LOG_REACTION_NONE = 1,
	CLOCKDISC_LOG_REACTION_YIELD,
	CLOCKDISC_LOG_REACTION_REASSERT,
	CLOCKDISC_LOG_REACTION_ALARM,
};

enum clockdisc_a_clock {
	CLOCKDISC_A_CLOCK_PAD = 1,
	CLOCKDISC_A_CLOCK_STATE,
	CLOCKDISC_A_CLOCK_ACTUATOR,
	CLOCKDISC_A_CLOCK_ACTUATOR_REASON,
	CLOCKDISC_A_CLOCK_SERVO,
	CLOCKDISC_A_CLOCK_EXPLAIN,
	CLOCKDISC_A_CLOCK_SYNCHRONISED,
	CLOCKDISC_A_CLOCK_REAL_NS,
	CLOCKDISC_A_CLOCK_RAW_NS,
	CLOCKDISC_A_CLOCK_OFFSET_NS,
	CLOCKDISC_A_CLOCK_BOUND_NS,
	CLOCKDISC_A_CLOCK_JITTER_NS,
	CLOCKDISC_A_CLOCK_FREQ_PPB_Q16,
	CLOCKDISC_A_CLOCK_WANDER_PPB_Q16,
	CLOCKDISC_A_CLOCK_RATE_PPB_Q16,
	CLOCKDISC_A_CLOCK_CLOCK_RATE_PPB_Q16,
	CLOCKDISC_A_CLOCK_SLEW_LEFT_NS,
	CLOCKDISC_A_CLOCK_SLEW_TIME_LEFT_NS,
	CLOCKDISC_A_CLOCK_ROOT_DELAY_NS,
	CLOCKDISC_A_CLOCK_ROOT_DISPERSION_NS,
	CLOCKDISC_A_CLOCK_STRATUM,
	CLOCKDISC_A_CLOCK_REF_ID,
	CLOCKDISC_A_CLOCK_REF_REAL_NS,
	CLOCKDISC_A_CLOCK_LEAP,
	CLOCKDISC_A_CLOCK_TAI_OFFSET_S,
	CLOCKDISC_A_CLOCK_POLL_LOG2S,
	CLOCKDISC_A_CLOCK_SELECTED_ID,
	CLOCKDISC_A_CLOCK_SURVIVORS,
	CLOCKDISC_A_CLOCK_SOURCES,
	CLOCKDISC_A_CLOCK_PENDING_NS,
	CLOCKDISC_A_CLOCK_TIMEX_STATUS,
	CLOCKDISC_A_CLOCK_TIMEX_MAXERROR_US,
	CLOCKDISC_A_CLOCK_TIMEX_ESTERROR_US,
	CLOCKDISC_A_CLOCK_COUNT,
	CLOCKDISC_A_CLOCK_UPDATES,
	CLOCKDISC_A_CLOCK_STEPS,
	CLOCKDISC_A_CLOCK_SLEWS,
	CLOCKDISC_A_CLOCK_LAST_STEP_NS,
	CLOCKDISC_A_CLOCK_STEP_THRESHOLD_NS,
	CLOCKDISC_A_CLOCK_STEPOUT_NS,
	CLOCKDISC_A_CLOCK_PANIC_THRESHOLD_NS,
	CLOCKDISC_A_CLOCK_PANIC_ONCE,
	CLOCKDISC_A_CLOCK_MAX_SLEW_PPB,
	CLOCKDISC_A_CLOCK_MAX_SLEW_CHANGE_PPB_S,
	CLOCKDISC_A_CLOCK_MIN_SURVIVORS,
	CLOCKDISC_A_CLOCK_MAX_DISTANCE_NS,
	CLOCKDISC_A_CLOCK_UNSYNC_LIMIT_NS,
	CLOCKDISC_A_CLOCK_MINPOLL_LOG2S,
	CLOCKDISC_A_CLOCK_MAXPOLL_LOG2S,
	CLOCKDISC_A_CLOCK_EVENT,
	CLOCKDISC_A_CLOCK_EVENT_VALUE_NS,
	CLOCKDISC_A_CLOCK_ADJUST_NS,
	CLOCKDISC_A_CLOCK_INTERRUPTION,
	CLOCKDISC_A_CLOCK_INTERRUPTIONS,
	CLOCKDISC_A_CLOCK_REACTION,
	CLOCKDISC_A_CLOCK_GAP_NS,
	CLOCKDISC_A_CLOCK_RESTORE_FORWARD_NS,
	CLOCKDISC_A_CLOCK_RESTORE_BACKWARD_NS,
	CLOCKDISC_A_CLOCK_IDLE_SWING_NS,
	CLOCKDISC_A_CLOCK_HOST,
	CLOCKDISC_A_CLOCK_POLICY,
	CLOCKDISC_A_CLOCK_PRESET,
	CLOCKDISC_A_CLOCK_STARTUP_UPDATES,
	CLOCKDISC_A_CLOCK_LOG_SEQ,
	CLOCKDISC_A_CLOCK_LOG_DROPPED,
	CLOCKDISC_A_CLOCK_LEAP_MODE,
	CLOCKDISC_A_CLOCK_SMEAR_NS,
	CLOCKDISC_A_CLOCK_SMEARED,
	CLOCKDISC_A_CLOCK_EARLIEST_REAL_NS,
	CLOCKDISC_A_CLOCK_LATEST_REAL_NS,
	CLOCKDISC_A_CLOCK_BOUND_ROOT_NS,
	CLOCKDISC_A_CLOCK_BOUND_PATH_NS,
	CLOCKDISC_A_CLOCK_BOUND_WIDTH_NS,
	CLOCKDISC_A_CLOCK_BOUND_OSCILLATOR_NS,
	CLOCKDISC_A_CLOCK_BOUND_SLEW_NS,
	CLOCKDISC_A_CLOCK_BOUND_SMEAR_NS,
	CLOCKDISC_A_CLOCK_PENDING_REASON,
	CLOCKDISC_A_CLOCK_FLOOR_REAL_NS,
	CLOCKDISC_A_CLOCK_SLEW_RATE_PPB,
	CLOCKDISC_A_CLOCK_CONFLICT,
	CLOCKDISC_A_CLOCK_CONFLICT_DAEMON,
	CLOCKDISC_A_CLOCK_HOLD_OFF_NS,
	CLOCKDISC_A_CLOCK_QUIET_NS,
	CLOCKDISC_A_CLOCK_REASSERT_LIMIT,
	CLOCKDISC_A_CLOCK_YIELDED,
	CLOCKDISC_A_CLOCK_MOVER_NAME,
	CLOCKDISC_A_CLOCK_MOVER_PID,
	CLOCKDISC_A_CLOCK_CONFLICTS,
	CLOCKDISC_A_CLOCK_REASSERTS,
	CLOCKDISC_A_CLOCK_STEP_BUDGET_NS,
	CLOCKDISC_A_CLOCK_SLEW_BUDGET_NS,
	CLOCKDISC_A_CLOCK_SOURCE_STEP_BUDGET_NS,
	CLOCKDISC_A_CLOCK_SOURCE_SLEW_BUDGET_NS,
	CLOCKDISC_A_CLOCK_STEP_SPENT_NS,
	CLOCKDISC_A_CLOCK_SLEW_SPENT_NS,
	CLOCKDISC_A_CLOCK_BUDGET_STOPS,

	__CLOCKDISC_A_CLOCK_MAX,
	CLOCKDISC_A_CLOCK_MAX = (__CLOCKDISC_A_CLOCK_MAX - 1)
};

enum clockdisc_a_policy {
	CLOCKDISC_A_POLICY_PAD = 1,
	CLOCKDISC_A_POLICY_CAUSE,
	CLOCKDISC_A_POLICY_STEP_FORWARD_NS,
	CLOCKDISC_A_POLICY_STEP_BACKWARD_NS,
	CLOCKDISC_A_POLICY_STEPOUT_NS,
	CLOCKDISC_A_POLICY_PANIC_THRESHOLD_NS,
	CLOCKDISC_A_POLICY_MAX_SLEW_PPB,

	__CLOCKDISC_A_POLICY_MAX,
	CLOCKDISC_A_POLICY_MAX = (__CLOCKDISC_A_POLICY_MAX - 1)
};

enum clockdisc_a_count {
	CLOCKDISC_A_COUNT_PAD = 1,
	CLOCKDISC_A_COUNT_VERDICT,
	CLOCKDISC_A_COUNT_SAMPLES,

	__CLOCKDISC_A_COUNT_MAX,
	CLOCKDISC_A_COUNT_MAX = (__CLOCKDISC_A_COUNT_MAX - 1)
};

enum clockdisc_a_source {
	CLOCKDISC_A_SOURCE_PAD = 1,
	CLOCKDISC_A_SOURCE_ID,
	CLOCKDISC_A_SOURCE_NAME,
	CLOCKDISC_A_SOURCE_KIND,
	CLOCKDISC_A_SOURCE_FLAGS,
	CLOCKDISC_A_SOURCE_REASON,
	CLOCKDISC_A_SOURCE_REF_ID,
	CLOCKDISC_A_SOURCE_STRATUM,
	CLOCKDISC_A_SOURCE_LEAP,
	CLOCKDISC_A_SOURCE_MINPOLL_LOG2S,
	CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S,
	CLOCKDISC_A_SOURCE_POLL_LOG2S,
	CLOCKDISC_A_SOURCE_REACH,
	CLOCKDISC_A_SOURCE_AGE_NS,
	CLOCKDISC_A_SOURCE_OFFSET_NS,
	CLOCKDISC_A_SOURCE_DELAY_NS,
	CLOCKDISC_A_SOURCE_DISPERSION_NS,
	CLOCKDISC_A_SOURCE_JITTER_NS,
	CLOCKDISC_A_SOURCE_ROOT_DELAY_NS,
	CLOCKDISC_A_SOURCE_ROOT_DISPERSION_NS,
	CLOCKDISC_A_SOURCE_ROOT_DISTANCE_NS,
	CLOCKDISC_A_SOURCE_ACCEPTED,
	CLOCKDISC_A_SOURCE_DROPPED,
	CLOCKDISC_A_SOURCE_LAST_VERDICT,
	CLOCKDISC_A_SOURCE_EVENT,
	CLOCKDISC_A_SOURCE_ERROR_NS,
	CLOCKDISC_A_SOURCE_SAMPLE_RAW_NS,
	CLOCKDISC_A_SOURCE_SAMPLE_PHASE_NS,
	CLOCKDISC_A_SOURCE_SAMPLE_DELAY_NS,
	CLOCKDISC_A_SOURCE_SAMPLE_HALF_WIDTH_NS,
	CLOCKDISC_A_SOURCE_EXPLAIN,
	CLOCKDISC_A_SOURCE_STEP_SPENT_NS,
	CLOCKDISC_A_SOURCE_SLEW_SPENT_NS,

	__CLOCKDISC_A_SOURCE_MAX,
	CLOCKDISC_A_SOURCE_MAX = (__CLOCKDISC_A_SOURCE_MAX - 1)
};

enum clockdisc_a_sample {
	CLOCKDISC_A_SAMPLE_PAD = 1,
	CLOCKDISC_A_SAMPLE_SOURCE_ID,
	CLOCKDISC_A_SAMPLE_T1_REAL_NS,
	CLOCKDISC_A_SAMPLE_T2_REAL_NS,
	CLOCKDISC_A_SAMPLE_T3_REAL_NS,
	CLOCKDISC_A_SAMPLE_T4_REAL_NS,
	CLOCKDISC_A_SAMPLE_REAL_NS,
	CLOCKDISC_A_SAMPLE_OFFSET_NS,
	CLOCKDISC_A_SAMPLE_HALF_WIDTH_NS,
	CLOCKDISC_A_SAMPLE_STRATUM,
	CLOCKDISC_A_SAMPLE_LEAP,
	CLOCKDISC_A_SAMPLE_REF_ID,
	CLOCKDISC_A_SAMPLE_ROOT_DELAY_NS,
	CLOCKDISC_A_SAMPLE_ROOT_DISPERSION_NS,
	CLOCKDISC_A_SAMPLE_PRECISION_LOG2S,
	CLOCKDISC_A_SAMPLE_MISSED,
	CLOCKDISC_A_SAMPLE_SELF,

	__CLOCKDISC_A_SAMPLE_MAX,
	CLOCKDISC_A_SAMPLE_MAX = (__CLOCKDISC_A_SAMPLE_MAX - 1)
};

enum clockdisc_a_submit {
	CLOCKDISC_A_SUBMIT_SAMPLE = 1,
	CLOCKDISC_A_SUBMIT_RESULT,

	__CLOCKDISC_A_SUBMIT_MAX,
	CLOCKDISC_A_SUBMIT_MAX = (__CLOCKDISC_A_SUBMIT_MAX - 1)
};

enum clockdisc_a_result {
	CLOCKDISC_A_RESULT_SOURCE_ID = 1,
	CLOCKDISC_A_RESULT_VERDICT,
	CLOCKDISC_A_RESULT_POLL_LOG2S,

	__CLOCKDISC_A_RESULT_MAX,
	CLOCKDISC_A_RESULT_MAX = (__CLOCKDISC_A_RESULT_MAX - 1)
};

enum clockdisc_a_log {
	CLOCKDISC_A_LOG_PAD = 1,
	CLOCKDISC_A_LOG_SEQ,
	CLOCKDISC_A_LOG_REAL_NS,
	CLOCKDISC_A_LOG_RAW_NS,
	CLOCKDISC_A_LOG_NOTICED_NS,
	CLOCKDISC_A_LOG_KIND,
	CLOCKDISC_A_LOG_CAUSE,
	CLOCKDISC_A_LOG_NAME,
	CLOCKDISC_A_LOG_PID,
	CLOCKDISC_A_LOG_COUNT,
	CLOCKDISC_A_LOG_CHANGE_NS,
	CLOCKDISC_A_LOG_OLD_REAL_NS,
	CLOCKDISC_A_LOG_OLD_RATE_PPB_Q16,
	CLOCKDISC_A_LOG_NEW_RATE_PPB_Q16,
	CLOCKDISC_A_LOG_OLD_STATUS,
	CLOCKDISC_A_LOG_NEW_STATUS,
	CLOCKDISC_A_LOG_OLD_TAI_S,
	CLOCKDISC_A_LOG_NEW_TAI_S,
	CLOCKDISC_A_LOG_OLD_CLOCKSOURCE,
	CLOCKDISC_A_LOG_NEW_CLOCKSOURCE,
	CLOCKDISC_A_LOG_SINCE_SEQ,
	CLOCKDISC_A_LOG_NEWEST,
	CLOCKDISC_A_LOG_REACTION,

	__CLOCKDISC_A_LOG_MAX,
	CLOCKDISC_A_LOG_MAX = (__CLOCKDISC_A_LOG_MAX - 1)
};

enum clockdisc_cmd {
	CLOCKDISC_CMD_CLOCK_GET = 1,
	CLOCKDISC_CMD_CLOCK_SET,
	CLOCKDISC_CMD_CLOCK_NTF,
	CLOCKDISC_CMD_SOURCE_GET,
	CLOCKDISC_CMD_SOURCE_ADD,
	CLOCKDISC_CMD_SOURCE_SET,
	CLOCKDISC_CMD_SOURCE_DEL,
	CLOCKDISC_CMD_SOURCE_NTF,
	CLOCKDISC_CMD_SAMPLE_SUBMIT,
	CLOCKDISC_CMD_STEP,
	CLOCKDISC_CMD_SLEW,
	CLOCKDISC_CMD_FREEZE,
	CLOCKDISC_CMD_UNFREEZE,
	CLOCKDISC_CMD_FREQ_SET,
	CLOCKDISC_CMD_LOG_GET,
	CLOCKDISC_CMD_LOG_NTF,
	CLOCKDISC_CMD_ACCEPT,
	CLOCKDISC_CMD_REJECT,
	CLOCKDISC_CMD_RESUME,

	__CLOCKDISC_CMD_MAX,
	CLOCKDISC_CMD_MAX = (__CLOCKDISC_CMD_MAX - 1)
};

#define CLOCKDISC_MCGRP_CLOCK	"clock"
#define CLOCKDISC_MCGRP_SOURCES	"sources"
#define CLOCKDISC_MCGRP_LOG	"log"

#endif /* _UAPI_LINUX_CLOCKDISC_H */
