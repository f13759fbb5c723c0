// /qnet/directory/1: one question and one answer in a stream, each CBOR behind a u32 length
// (docs/spec/directory.md, "Exchange").
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "network/directory/registration.hpp"

namespace qnet::directory {

inline constexpr const char* kDirectoryProtocol = "/qnet/directory/1";

struct ExchangeLimits {
  static constexpr std::size_t query = RegistrationLimits::whole + 64;
  static constexpr std::size_t answer = SnapshotLimits::list + 4096;
  static constexpr std::size_t text = 512;
};

struct Query {
  enum class Kind : std::uint8_t { snapshot = 0, registration = 1, rates = 2 };
  Kind kind = Kind::snapshot;
  /// The digest of the list that the client has, or empty; or the registration; or the
  /// RateReport.
  base::Bytes payload;

  [[nodiscard]] base::Bytes encode() const;  ///< the length, then the message
  [[nodiscard]] static base::Result<Query> decode(base::ByteView message);
  bool operator==(const Query&) const = default;
};

/// The outcome of a question: the numbers are HTTP's, on the wire too.
enum class Status : std::uint16_t {
  ok = 200,
  accepted = 202,  ///< registered; listed once its address has answered
  not_modified = 304,
  bad_request = 400,
  unauthorised = 401,
  not_found = 404,
  too_large = 413,
  too_many = 429,
  failed = 500,
  unavailable = 503,
};

struct Answer {
  Status status = Status::failed;
  base::Bytes header{};  ///< SnapshotHeader, for ok and not_modified
  /// Packed; only with ok, null when there is none. Shared, so that a slow reader holds no copy.
  std::shared_ptr<const base::Bytes> list{};
  std::string error{};  ///< one sentence, when it failed
  std::string hint{};   ///< what to do about it
  std::chrono::seconds retry_after{0};
  std::uint64_t sequence = 0;  ///< of a replay: the last number that was taken, when it is known

  [[nodiscard]] bool good() const { return static_cast<int>(status) < 400; }
  /// The length, then the message without the bytes of the list, which come last.
  [[nodiscard]] base::Bytes encode_before_list() const;
  [[nodiscard]] static base::Result<Answer> decode(base::ByteView message);
};

/// An error as an answer: status, sentence and hint.
[[nodiscard]] Answer refusal(const base::Error& error);

}  // namespace qnet::directory
