#pragma once

#include <string_view>

namespace qnet::directory {

enum class Errc {
  malformed = 1,    ///< not a document of this kind, or a field out of its bounds
  too_large,        ///< longer than a genuine one can be
  wrong_signature,  ///< not signed by the peer that it names, or not by its family
  clock_skewed,     ///< signed more than five minutes ago or ahead
  replayed,         ///< its sequence number was used before
  unknown_peer,     ///< a heartbeat that names a descriptor which this directory does not have
  too_soon,         ///< the same peer, less than the shortest interval ago
  full,             ///< the directory, or its list of relays to be checked
  crowded_address,  ///< no slot is left at this client prefix
  private_address,  ///< not an address of the public Internet
  expired,          ///< a descriptor or a snapshot past its time
  stale,            ///< a snapshot older than one that this operator gave before
  wrong_operator,   ///< a snapshot that another key signed
  list_mismatch,    ///< the list is not the one that the snapshot's header names
  no_agreement,     ///< fewer operators answered than are needed to believe anything
  store_lost,       ///< the database does not answer
  store_unusable,   ///< the database is not a directory's, or cannot be opened
  list_not_kept,    ///< a client's copy of a list cannot be written
  bad_database,     ///< the country database cannot be read
  refused,          ///< the directory said no
  no_answer,        ///< the directory's answer cannot be understood
};

[[nodiscard]] inline const char* error_domain(Errc) { return "directory"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::directory
