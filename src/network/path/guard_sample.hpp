// A client's guards as they are kept from one run to the next, and the bytes of the file that keeps them
// (docs/spec/path.md, "The file").
#pragma once

#include <optional>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "network/directory/limits.hpp"
#include "network/path/error.hpp"
#include "network/path/path_bias.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::path {

using directory::WallTime;

struct GuardRecord {
  peer::PeerId peer;
  WallTime added{};                     ///< up to ten days before it was
  WallTime until{};                     ///< its life's end
  std::optional<WallTime> confirmed{};  ///< since when it has carried this client
  std::optional<WallTime> unlisted{};   ///< since when lists do not have it
  BuildCount builds{};
  bool operator==(const GuardRecord&) const = default;
};

struct GuardSample {
  std::vector<GuardRecord> guards{};  ///< in the order in which they were drawn
  std::vector<WallTime> spent{};      ///< ends of the lives of those that were removed before
  std::optional<WallTime> grown{};    ///< when the last one beyond the primary guards was drawn
  bool operator==(const GuardSample&) const = default;

  /// The whole file.
  [[nodiscard]] base::Bytes encode() const;
  /// guard_file_damaged with what is wrong, or guard_file_newer. Takes only what encode() writes.
  [[nodiscard]] static base::Result<GuardSample> parse(base::ByteView file);
  /// The same for what stands inside, without the checksum.
  [[nodiscard]] base::Bytes encode_body() const;
  [[nodiscard]] static base::Result<GuardSample> parse_body(base::ByteView body);
};

}  // namespace qnet::path
