// Every bound and size of circuits in one place (docs/spec/circuit.md).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "protocol/mux/allowance.hpp"

namespace qnet::circuit {

/// The first message of a hop's handshake. It has one length on every link, whatever is left inside.
struct CreationLimits {
  /// Hops that have a layer of their own. The guard has none: its layer is the session with the client.
  static constexpr std::size_t layers = 4;
  static constexpr std::size_t tag = 16;
  /// Minute, instruction, length of what is inside, next peer.
  static constexpr std::size_t header = 4 + 1 + 2 + 32 + 1;
  /// Noise's `e`, sealed `e1` and the sealed header.
  static constexpr std::size_t noise_part = 32 + (1184 + tag) + (header + tag);
  /// What one hop adds to what is inside.
  static constexpr std::size_t layer = noise_part + tag;
  /// What is inside for the last hop: a length, the first bytes of its session with the client, and zeros.
  /// Its size tells the other hops nothing.
  static constexpr std::size_t innermost = 416;
  static constexpr std::size_t early = innermost - 2;
  static constexpr std::size_t message = layers * layer + innermost;
  /// Of the second message: `e`, a sealed ciphertext, and an empty payload.
  static constexpr std::size_t reply = 32 + (1088 + tag) + tag;
  /// Status and reply, of one size whatever the status.
  static constexpr std::size_t answer = 1 + reply;
  /// How far the minute of a first message may be from ours, either way.
  static constexpr std::chrono::minutes window{2};
};
static_assert(CreationLimits::message == 5632);

/// What is sealed in one frame.
struct FrameLimits {
  static constexpr std::size_t length_field = 2;
  static constexpr std::size_t tag = 16;
  /// What one layer adds.
  static constexpr std::size_t overhead = length_field + tag;
  /// Sizes of the innermost plaintext. With four layers around it, the largest fills one record of the link
  /// below: 16,371 bytes (session::SessionLimits::full_frame).
  static constexpr std::array<std::size_t, 5> sizes{64, 256, 1024, 4096, 16'299};
  static constexpr std::size_t largest = sizes.back() + CreationLimits::layers * overhead;
  static_assert(largest == 16'371);
  /// Noise REKEY after this many frames in one direction of one layer.
  static constexpr std::uint64_t rekey_interval = 65'536;
};

/// At a relay.
struct RelayLimits {
  /// For the first message to come, and for the next hop's answer, which waits for a new link at worst.
  static constexpr std::chrono::seconds creation{10};
  static constexpr std::chrono::seconds extension{20};
  /// A relay that says nothing for so long after it was asked is gone.
  static constexpr std::chrono::seconds silence{15};
  /// Circuits that one session begins here, as a client does at its guard: it needs a few.
  static constexpr std::size_t of_one_client = 64;
  /// Of all sessions of one address (or /64 of IPv6), where it is known, on each core. A home or an
  /// office stays below; without it, fifteen sessions of one machine would take all places between two
  /// relays.
  static constexpr std::size_t of_one_party = 256;
  /// Circuits that a listed relay creates here, of all its clients, on each core: by its key, over however
  /// many sessions, and of all relays of one address. A session has 1,024 streams, and a relay with several
  /// cores, or one that was in another network a moment ago, has more than one.
  static constexpr std::size_t of_one_relay = 1920;
  /// What a circuit takes of memory at most while it carries nothing (docs/performance.md: 6.5 KiB at its
  /// end, 2.6 at other hops). All circuits together get as much as the sessions' budget has, no more.
  static constexpr std::size_t memory_of_circuit = std::size_t{8} * 1024;
  /// Openings that are not whole yet, or refused and not yet taken, in one session, and of one relay by its
  /// key. Each has 6 KiB here before anything is known of it; more are reset at once. One comes whole, unless
  /// its sender waits.
  static constexpr std::size_t openings_of_client = 64;
  static constexpr std::size_t openings_of_relay = 256;
  /// Of one address, on each core.
  static constexpr std::size_t openings_of_party = 256;
  /// How long a first message is remembered. It tells its minute, so that it is taken from the beginning of
  /// one minute to the end of another: the window on both sides, and the minute itself.
  static constexpr std::chrono::minutes memory = 2 * CreationLimits::window + std::chrono::minutes(1);
  /// First messages that are looked at: so many at once from one session, and so many a second. A client
  /// begins a few in a minute; a browser's first page at a cold start needs no more than one for each site.
  static constexpr mux::Allowance::Rate first_messages_of_client{.burst = 64, .per_second = 16};
  /// Of all sessions of one address, on each core.
  static constexpr mux::Allowance::Rate first_messages_of_party{.burst = 256, .per_second = 64};
  /// That another relay creates, for all its clients, on each core: by its key, and of all relays of one
  /// address. A quarter of what all relays have, and half of their burst, so that one cannot use it up.
  static constexpr mux::Allowance::Rate first_messages_of_relay{.burst = 512, .per_second = 128};
  /// Creates of all clients, creates of all relays, and extends, as many of each, on each core: of creates a
  /// quarter of its time at most, from however many addresses they come, so that the circuits that are open
  /// go on. 5,000 people begin some tens a second. For an extend no key is tried, and so it costs less.
  static constexpr mux::Allowance::Rate first_messages_of_all{.burst = 1024, .per_second = 500};
  /// A side of a circuit that takes nothing for so long, or twice as long at most, ends it: what waits for it
  /// fills memory at each hop.
  static constexpr std::chrono::seconds blocked{60};
  /// A circuit that carries nothing for so long, or twice as long at most, ends: it keeps a place at each
  /// hop. So does its end, when it has no stream. A client's spare circuits wait for up to 75 minutes.
  static constexpr std::chrono::minutes idle{90};
  /// Of a stream between two relays. A circuit whose ends stall may hold so much at each hop and way.
  static constexpr std::uint32_t largest_window = 1024 * 1024;
};

}  // namespace qnet::circuit
