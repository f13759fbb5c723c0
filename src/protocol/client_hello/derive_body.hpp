// Half of derive_template(): one extension's parts from what captured hellos had in it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {

/// The GREASE values at each place, over all hellos: places that always agree are one slot.
class GreaseSlots {
 public:
  std::size_t slot(const std::vector<std::uint16_t>& values, const std::string& name);
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct Slot {
    std::string name;
    std::string wanted;  ///< the name that was asked for
    std::vector<std::uint16_t> values;
  };
  std::vector<Slot> slots_;
};

/// Two bytes: a GREASE slot when every hello had GREASE there, else the first one's.
[[nodiscard]] Part number_part(const std::vector<std::uint16_t>& values, const std::string& slot_name,
                               GreaseSlots& slots);

struct DeriveContext {
  std::span<const ClientHello> hellos;
  GreaseSlots& slots;
  std::vector<std::string>& notes;
};

/// `bodies` are those of one extension in all hellos that had it.
[[nodiscard]] base::Result<std::vector<Part>> derive_body(std::uint16_t type,
                                                          const std::vector<base::ByteView>& bodies,
                                                          const DeriveContext& context);

}  // namespace qnet::client_hello
