// Views on a real PostgreSQL: each is a filter over the same rows, whatever was changed, and the difference between two
// versions of a view leads from one of its contents to the other.
#include "dns/snapshot/builder.hpp"
#include "dns/snapshot/diff.hpp"
#include "storage/postgres/views.hpp"
#include "storage/postgres/zone_content.hpp"
#include "tests/postgres/storage_support.hpp"

#include <map>
#include <memory>
#include <random>
#include <set>

namespace minidns::storage::postgres {
namespace {

using dns::RRType;
using SnapshotPointer = std::shared_ptr<const dns::ZoneSnapshot>;

constexpr const char* apex = "example.org.";

/// What the test believes to be in the zone.
struct Known {
  std::string owner;
  RRType type;
  std::optional<std::string> view;
  api::RecordsetView recordset;
};

class ViewsTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool();
    desk_.emplace(conninfo());
    views_.emplace(desk_->pool());
    for (const char* name : {"internal", "guest"}) {
      ids_.emplace(name, views_->create(name, std::nullopt).ref.id);
    }
    ids_.emplace("default", default_view);
    content_.emplace(std::make_shared<ConnectionPool>(settings(conninfo()), 2, std::chrono::seconds(10)));
    zone_ = desk_->create_zone(apex).id;
  }

  api::Result<api::RecordsetView> create(const std::string& owner, RRType type, std::vector<std::string> records,
                                         const std::optional<std::string>& view) {
    return desk_->recordsets().create(
        Desk::scope(), *zone_,
        {.name = dns::Name::from_text(owner).value(), .type = type, .records = std::move(records), .view = view});
  }

  [[nodiscard]] SnapshotPointer read(const ViewId& view) {
    std::optional<dns::SnapshotBuilder> builder;
    std::optional<ZoneHead> head;
    const bool found = content_->read_zone(
        *zone_, view,
        [&](ZoneHead read) {
          builder.emplace(read.name);
          head = std::move(read);
        },
        [&](const dns::RRset& rrset) { builder->add(rrset).value(); });
    EXPECT_TRUE(found);
    return std::move(*builder).finish(head->version, head->soa_rrset()).value();
  }

  /// `owner type` of all but the apex.
  [[nodiscard]] std::set<std::string> names_in(const ViewId& view) {
    std::set<std::string> names;
    const bool found = content_->read_zone(
        *zone_, view, [](const ZoneHead&) {},
        [&](const dns::RRset& rrset) {
          if (rrset.owner != dns::Name::from_text(apex).value()) {
            names.insert(rrset.owner.to_text() + " " + rrset.type.to_text() + " " + std::to_string(rrset.rdata.size()));
          }
        });
    EXPECT_TRUE(found);
    return names;
  }

  std::optional<Desk> desk_;
  std::optional<PostgresViews> views_;
  std::optional<PostgresZoneContent> content_;
  std::optional<ZoneId> zone_;
  std::map<std::string, ViewId> ids_;
};

TEST_F(ViewsTest, AViewHasWhatIsOfEveryViewAndItsOwn) {
  ASSERT_TRUE(create("all.example.org.", RRType::a, {"192.0.2.1"}, std::nullopt));
  ASSERT_TRUE(create("www.example.org.", RRType::a, {"192.0.2.2"}, "default"));
  ASSERT_TRUE(create("www.example.org.", RRType::a, {"10.0.0.2", "10.0.0.3"}, "internal"));
  ASSERT_TRUE(create("secret.example.org.", RRType::txt, {"x"}, "internal"));
  EXPECT_EQ(names_in(default_view), (std::set<std::string>{"all.example.org. A 1", "www.example.org. A 1"}));
  EXPECT_EQ(names_in(ids_.at("internal")),
            (std::set<std::string>{"all.example.org. A 1", "secret.example.org. TXT 1", "www.example.org. A 2"}));
  EXPECT_EQ(names_in(ids_.at("guest")), (std::set<std::string>{"all.example.org. A 1"}));
}

TEST_F(ViewsTest, AChangeInOneViewIsNothingButANewSerialInTheOthers) {
  const auto before = read(default_view);
  ASSERT_TRUE(create("www.example.org.", RRType::a, {"10.0.0.2"}, "internal"));
  const auto after = read(default_view);
  EXPECT_TRUE(after->serial().is_newer_than(before->serial()));
  const auto delta = content_->read_difference(*zone_, default_view, before->serial(), after->version(), 1'000'000);
  ASSERT_TRUE(delta);
  EXPECT_TRUE(delta->content.changes.empty());
  EXPECT_EQ(read(ids_.at("internal"))->serial(), after->serial());
}

TEST_F(ViewsTest, TheZonesTtlIsThatOfItsRecordsetsInEveryView) {
  ASSERT_TRUE(create("www.example.org.", RRType::a, {"10.0.0.2"}, "internal"));
  api::ZoneChange change;
  change.ttl = dns::Ttl::from_wire(77);
  ASSERT_TRUE(desk_->zones().update(Desk::scope(), *zone_, change));
  EXPECT_EQ(
      sql("select string_agg(ttl || ' ' || view, ', ' order by ttl) from rrsets where type = 1 and until is null"),
      "77 " + ids_.at("internal").to_string());
}

TEST_F(ViewsTest, NumbersOfViewsAreNotUsedAgain) {
  const auto first = views_->create("gone", std::nullopt).ref.id;
  ASSERT_EQ(views_->remove("gone"), Views::Removal::done);
  EXPECT_NE(views_->create("gone", std::nullopt).ref.id, first);
}

/// A history at random, and what each view was at each of its versions.
class RandomHistory : public ViewsTest, public testing::WithParamInterface<unsigned> {
 protected:
  void step() {
    const bool makes = known_.empty() || draw(10) < 6;
    if (makes) {
      make();
    } else if (draw(2) == 0) {
      change();
    } else {
      remove();
    }
  }

  void make() {
    static const std::vector<std::string> owners{"a", "b", "c.b", "d.c.b", "e"};
    static const std::vector<std::optional<std::string>> marks{std::nullopt, "default", "internal", "guest"};
    const auto owner = owners.at(draw(owners.size())) + "." + apex;
    const auto view = marks.at(draw(marks.size()));
    const auto [type, record] = random_data();
    const auto made = create(owner, type, {record}, view);
    if (made) {
      known_.push_back({owner, type, view, *made});
    }
  }

  void change() {
    Known& known = known_.at(draw(known_.size()));
    if (known.type == RRType::a) {
      known.recordset = desk_->set_records(known.recordset, {"10.1.0." + std::to_string(draw(250))});
    }
  }

  void remove() {
    const auto at = known_.begin() + static_cast<std::ptrdiff_t>(draw(known_.size()));
    if (desk_->recordsets().remove(Desk::scope(), *zone_, at->recordset.id)) {
      known_.erase(at);
    }
  }

  std::pair<RRType, std::string> random_data() {
    switch (draw(6)) {
      case 0:
        return {RRType::cname, "t" + std::to_string(draw(9)) + ".example.net."};
      case 1:
        return {RRType::ns, "ns.example.net."};
      case 2:
        return {RRType::dname, "other.example.net."};
      case 3:
        return {RRType::txt, "\"" + std::to_string(draw(99)) + "\""};
      default:
        return {RRType::a, "10.0.0." + std::to_string(draw(250))};
    }
  }

  [[nodiscard]] std::set<std::string> expected_in(const std::string& view) const {
    std::set<std::string> names;
    for (const Known& known : known_) {
      if (!known.view || *known.view == view) {
        names.insert(known.owner + " " + known.type.to_text() + " 1");
      }
    }
    return names;
  }

  std::size_t draw(std::size_t below) { return random_() % below; }

  std::mt19937 random_{GetParam()};
  std::vector<Known> known_;
};

TEST_P(RandomHistory, EveryDifferenceOfAViewLeadsToItsContent) {
  std::map<std::string, std::vector<SnapshotPointer>> history;
  for (int n = 0; n < 60; ++n) {
    step();
    for (const auto& [name, id] : ids_) {
      ASSERT_EQ(names_in(id), expected_in(name)) << name << " after step " << n;
      history[name].push_back(read(id));
    }
  }
  for (const auto& [name, snapshots] : history) {
    for (std::size_t from = 0; from < snapshots.size(); from += 3) {
      for (std::size_t to = from + 1; to < snapshots.size(); to += 7) {
        const auto& target = snapshots[to];
        if (target->version() == snapshots[from]->version()) {
          continue;
        }
        const auto delta =
            content_->read_difference(*zone_, ids_.at(name), snapshots[from]->serial(), target->version(), 1'000'000);
        ASSERT_TRUE(delta) << name;
        const auto reached = snapshots[from]->apply(delta->content);
        ASSERT_TRUE(reached) << name << ": " << reached.error().detail;
        EXPECT_TRUE(dns::diff(**reached, *target).changes.empty()) << name;
        EXPECT_EQ((*reached)->serial(), target->serial());
      }
      const auto step = content_->read_step(*zone_, ids_.at(name), snapshots[from]->version(), 1'000'000);
      if (step.kind == ZoneContent::Step::Kind::forward) {
        const auto reached = snapshots[from]->apply(*step.delta);
        ASSERT_TRUE(reached) << name;
        EXPECT_TRUE(dns::diff(**reached, *snapshots.back()).changes.empty()) << name;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistory, testing::Values(1U, 2U, 3U, 4U));

}  // namespace
}  // namespace minidns::storage::postgres
