// A directory's statement of the relays that it lists: a signed header of a hundred bytes, and the list,
// which the header names by its hash (docs/spec/directory.md, "Snapshot"). A client that has the list needs
// the header only.
#pragma once

#include <vector>

#include "network/directory/roster.hpp"

namespace qnet::directory {

/// How a header says that its list's relays are written.
enum class ListForm : std::uint8_t { without_rates = 1, with_rates = 2 };

struct SnapshotHeader {
  peer::PeerId directory;     ///< who signed it
  std::uint64_t version = 0;  ///< grows with each header of a directory
  WallTime issued{};
  WallTime expires{};
  crypto::Digest list{};  ///< SHA-256 of the list, unpacked
  std::uint64_t count = 0;
  ListForm form = ListForm::with_rates;

  /// CBOR [body, signature]; less than 180 bytes.
  [[nodiscard]] base::Bytes sign(const peer::Identity& identity) const;
  /// Checks form and signature, not the time. Errors: malformed, too_large, wrong_signature.
  [[nodiscard]] static base::Result<SnapshotHeader> parse(base::ByteView wire);
  bool operator==(const SnapshotHeader&) const = default;
};

/// A relay in a list.
struct Listed {
  SignedDescriptor descriptor;  ///< its signature is not checked yet
  Country country;
  /// In an agreement: most operators list this very descriptor, so that all clients are given the same.
  bool alike = false;
  /// Bytes a second that it sends, as directories have measured it; 0 when none has.
  Rate measured = 0;
  /// Where a check found it, if its first address is a name. Nothing otherwise.
  std::optional<ip::IpAddress> address{};

  /// Where directories reached it: behind a name, at the address that they found there.
  [[nodiscard]] link::RelayAddress relay_address() const;
  bool operator==(const Listed&) const = default;
};

/// For each relay a u16 length and CBOR [descriptor, country code, its source, measured rate, address behind
/// a name], in the order of the peers' keys.
[[nodiscard]] base::Bytes encode_list(const std::vector<const Entry*>& relays);
/// Adds one relay at the end of a list.
void append_listed(base::Bytes& list, const Entry& relay);
/// Error: malformed, when anything has the wrong form or order, or is there twice.
[[nodiscard]] base::Result<std::vector<Listed>> decode_list(base::ByteView list,
                                                            ListForm form = ListForm::with_rates);

/// The list that a header names. Errors: list_mismatch, malformed, too_large.
[[nodiscard]] base::Result<std::vector<Listed>> open_list(const SnapshotHeader& header,
                                                          base::ByteView packed);

/// Whether a client takes this header from this operator now. `last` is the newest one that it had from the
/// same operator, if any. Errors: wrong_operator, expired, clock_skewed, stale.
[[nodiscard]] base::Result<void> accept_header(const SnapshotHeader& header, const peer::PeerId& from,
                                               const SnapshotHeader* last, WallTime now);

}  // namespace qnet::directory
