#include "protocol/http/event_stream.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace qnet::http {
namespace {

std::string data_text(std::string_view data) { return to_text({"", "", data}); }

TEST(EventStream, an_event_has_its_name_its_id_and_its_data) {
  EXPECT_EQ(to_text({"status", "7", R"({"state":"connected"})"}),
            "event: status\nid: 7\ndata: {\"state\":\"connected\"}\n\n");
}

TEST(EventStream, what_an_event_has_not_is_left_out_but_data_is_always_there) {
  EXPECT_EQ(data_text("x"), "data: x\n\n");
  EXPECT_EQ(to_text({"bye", "", ""}), "event: bye\ndata: \n\n");  // browsers ignore an event without data
}

TEST(EventStream, every_line_of_the_data_is_a_field_whatever_ends_it) {
  EXPECT_EQ(data_text("a\nb"), "data: a\ndata: b\n\n");
  EXPECT_EQ(data_text("a\r\nb\rc"), "data: a\ndata: b\ndata: c\n\n");
  EXPECT_EQ(data_text("a\n"), "data: a\ndata: \n\n");
  EXPECT_EQ(data_text("\n\nevent: forged"), "data: \ndata: \ndata: event: forged\n\n");
}

TEST(EventStream, data_that_begins_with_a_space_keeps_it) {
  EXPECT_EQ(data_text(" x"), "data:  x\n\n");  // a browser takes one space away
}

TEST(EventStream, a_name_or_an_id_with_a_line_break_is_a_fault_of_the_program) {
  EXPECT_THROW((void)to_text({"a\nb", "", ""}), std::invalid_argument);
  EXPECT_THROW((void)to_text({"", "a\rb", ""}), std::invalid_argument);
  EXPECT_THROW((void)to_text({"", std::string_view("a\0b", 3), ""}), std::invalid_argument);
}

}  // namespace
}  // namespace qnet::http
