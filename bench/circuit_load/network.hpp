// The relays that a client has found, as it has kept them on disk.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "overlay/circuit/creation.hpp"
#include "transport/link/relay_address.hpp"

namespace qnet::load {

struct Relay {
  link::RelayAddress address;
  circuit::Hop hop;
};

class Network {
 public:
  /// `snapshot`: the file of one operator in a client's state. Empty when it cannot be read.
  [[nodiscard]] static Network read(const std::filesystem::path& snapshot);
  /// By "HOST:PORT"; ends the program when there is none.
  [[nodiscard]] const Relay& at(std::string_view address) const;
  /// By "HOST:PORT,HOST:PORT"; "-" is none.
  [[nodiscard]] std::vector<circuit::Hop> hops(std::string_view addresses) const;

 private:
  std::vector<Relay> relays_;
};

}  // namespace qnet::load
