// Which hosts may be on the public Internet. A directory lists and dials only those.
#pragma once

#include <string_view>

namespace qnet::ip {

/// An address of the public Internet, or a name of the public DNS. What a name resolves to is not looked at:
/// ask again about each address found.
[[nodiscard]] bool may_be_public(std::string_view host);

}  // namespace qnet::ip
