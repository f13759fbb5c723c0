// What the cover origin's side of a handshake looks like, as data (data/profiles/*.toml).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"

namespace qnet::htx {

/// One record of the encrypted flight: a body length drawn from those the origin's own vary between.
struct FlightRecord {
  std::vector<std::size_t> lengths;
  std::vector<std::uint32_t> weights;  ///< as many as lengths; their sum is positive
  bool starts_write = false;           ///< the origin sends what comes before this record by itself

  friend bool operator==(const FlightRecord&, const FlightRecord&) = default;
};

/// What the origin takes of a client, beside what every client says, before it breaks the handshake off. As
/// here (nginx's with OpenSSL) until it is measured.
struct Tolerance {
  std::size_t change_cipher_specs = 32;  ///< in a row
  std::size_t cancellations = 4;         ///< warnings that are user_canceled
  /// It refuses a record by its type, before the record is whole, unless the type is from 20 to this: 23, or
  /// 24 where heartbeats are known (GnuTLS). 255: it waits for all of every record first.
  std::uint8_t last_type = 23;
  /// Likewise a record of another version. An origin that does not takes a ChangeCipherSpec of any version.
  bool judges_versions = true;
  /// Whether a hello may have 32 empty records in front of it.
  bool empty_records_first = true;
  /// So many bytes it reads at once; 0: one record, its header first. What is behind a wrong Finished and
  /// goes beyond that is still unread when it closes, so that its end is a reset.
  std::size_t read_ahead = 16'709;
  std::vector<std::size_t> early_end{};  ///< what it says to a client that ends instead; body sizes

  friend bool operator==(const Tolerance&, const Tolerance&) = default;
};

struct ToleranceLimits {
  static constexpr std::size_t no_limit = 1'000'000;  ///< of records that are dropped
  static constexpr std::size_t read_ahead = 65'536;
};

/// An origin that is slower is no cover.
inline constexpr std::chrono::microseconds kLongestAnswer = std::chrono::seconds(2);

/// How the origin behaves towards one kind of hello. Sizes are those of record bodies, in bytes.
struct MirrorProfile {
  /// The format below; a file of another version is measured anew. In version 4 `answer_after` had the time
  /// of the TCP handshake in it.
  static constexpr std::int64_t version = 5;

  std::string name;  ///< the template that it was measured with
  std::uint16_t cipher_suite = 0;
  std::uint16_t group = 0;
  std::vector<std::uint16_t> server_hello_extensions;
  bool change_cipher_spec = true;
  std::vector<FlightRecord> flight;
  /// Session tickets that the origin sends behind its flight, without waiting for the client's Finished:
  /// GnuTLS and Go do. The flag as in FlightRecord.
  std::vector<std::size_t> before_finished;
  bool before_finished_starts_write = false;
  std::vector<std::size_t>
      after_finished;  ///< session tickets that wait for it, and what the origin says unasked
  std::vector<std::size_t> after_first;   ///< its answer to the client's first application record
  std::vector<std::size_t> bad_finished;  ///< instead of those, when the client's Finished is wrong
  std::vector<std::size_t> plain_alert;   ///< and when the client sends an alert that is not sealed
  std::size_t alert_record = 19;
  Tolerance tolerance;
  /// From the whole hello at a relay that is connected to the origin to the origin's first byte there:
  /// samples that draw_answer_after() draws between; none answers at once.
  std::vector<std::chrono::microseconds> answer_after;

  /// After so long without traffic the origin ends a connection, with these records; 0 s: nobody knows when.
  std::chrono::seconds idle_after{0};
  std::vector<std::size_t> idle_end;

  /// So long after it was opened the origin ends a connection whose client does not finish the handshake,
  /// with these records; 0 ms: nobody knows when.
  std::chrono::milliseconds stall_after{0};
  std::vector<std::size_t> stall_end;

  // Where it comes from; empty in the profiles that this program was built with.
  std::string origin;            ///< "HOST:PORT NAME"
  std::string hello;             ///< hello_shape() of the template's hellos
  std::int64_t measured_at = 0;  ///< seconds since 1970

  friend bool operator==(const MirrorProfile&, const MirrorProfile&) = default;
};

/// Whether a relay can answer so: sizes and numbers of records, group. The error says what cannot be.
[[nodiscard]] base::Result<void> check_profile(const MirrorProfile& profile);

[[nodiscard]] base::Result<MirrorProfile> parse_profile(std::string_view toml);
/// The text that parse_profile() reads.
[[nodiscard]] std::string to_toml(const MirrorProfile& profile);

/// The profiles that this program was built with; the first is the default. Parsed once.
[[nodiscard]] const std::vector<MirrorProfile>& builtin_profiles();

struct DrawnRecord {
  std::size_t body_size;
  bool starts_write;
};

/// How long the origin would take this time: uniform between neighbours of the samples, so that no value
/// comes again and again.
[[nodiscard]] std::chrono::microseconds draw_answer_after(const MirrorProfile& profile,
                                                          base::RandomSource& random);

/// The lengths of one flight.
[[nodiscard]] std::vector<DrawnRecord> draw_flight(const MirrorProfile& profile, base::RandomSource& random);

}  // namespace qnet::htx
