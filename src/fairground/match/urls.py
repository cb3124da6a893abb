"""Addresses of matching."""

from django.urls import path

from fairground.match import catalogue_views, views
from fairground.match import outcomes_views as learning
from fairground.match.broker import views as broker
from fairground.match.introductions import pages
from fairground.match.landing import pages as landing
from fairground.match.results_list import views as results_list_views

app_name = "match"
urlpatterns = [
    path("introductions/", pages.show_introductions, name="introductions"),
    path("introductions/ask/<slug:kind>/<slug:key>/", pages.ask, name="ask"),
    path("introductions/between/<slug:own_key>/<slug:key>/", pages.introduce, name="introduce"),
    path("introductions/propose/<slug:kind>/<slug:key>/", pages.propose, name="propose"),
    path("introductions/blocks/", pages.show_blocks, name="blocks"),
    path("introductions/blocks/add/", pages.block, name="block"),
    path("introductions/blocks/lift/", pages.unblock, name="unblock"),
    path("introductions/<slug:key>/", pages.show_introduction, name="introduction"),
    path("introductions/<slug:key>/yes/", pages.say_yes, name="introduction_yes"),
    path("introductions/<slug:key>/decline/", pages.decline, name="introduction_decline"),
    path("introductions/<slug:key>/take-back/", pages.take_back, name="introduction_take_back"),
    path("introductions/<slug:key>/agreement/", pages.accept, name="introduction_agreement"),
    path("introductions/<slug:key>/write/", pages.write, name="introduction_write"),
    path("introductions/<slug:key>/remove/", pages.remove, name="introduction_remove"),
    path("introductions/<slug:key>/block/", pages.block_other, name="introduction_block"),
    path(
        "introductions/<slug:key>/files/<slug:file_key>/<str:name>", pages.hand_out, name="introduction_file"
    ),
    path("matches/quality/", catalogue_views.show_quality, name="quality"),
    path("matches/<slug:kind>/<slug:key>/", catalogue_views.show_matches, name="matches"),
    path("broker/", broker.desk, name="broker"),
    path("broker/pairs/", broker.pairs, name="broker_pairs"),
    path("broker/propose/", broker.propose, name="broker_propose"),
    path("broker/funnel/", broker.funnel, name="broker_funnel"),
    path("broker/funnel.csv", broker.funnel_table, name="broker_funnel_csv"),
    path("broker/<slug:key>/", broker.introduction, name="broker_introduction"),
    path("broker/<slug:key>/remind/", broker.remind, name="broker_remind"),
    path("broker/<slug:key>/hand-over/", broker.hand, name="broker_hand_over"),
    path("broker/<slug:key>/note/", broker.note, name="broker_note"),
    path("broker/<slug:key>/note/<int:note_id>/delete/", broker.note_delete, name="broker_note_delete"),
    path("lists/", results_list_views.show_lists, name="lists"),
    path("lists/new/", results_list_views.new_list, name="list_new"),
    path("lists/<slug:key>/", results_list_views.show_list, name="list"),
    path("lists/<slug:key>/make/", results_list_views.make_issue, name="list_make"),
    path("lists/<slug:key>/<int:number>/", results_list_views.show_issue, name="list_issue"),
    path("landing/", landing.state_needs, name="landing"),
    path("landing/answer/", landing.show_answer, name="landing_answer"),
    path("landing/compare/", landing.compare, name="landing_compare"),
    path("learning/", learning.show_learning, name="learning"),
    path("learning/labels.zip", learning.download_labels, name="labels"),
    path("learning/try/", learning.try_learning, name="try_learning"),
    path("learning/use/", learning.choose_weights, name="choose_weights"),
    path("match/", views.two_lists, name="two_lists"),
    path("match/kept/", views.kept, name="two_lists_kept"),
    path("match/<slug:key>/columns/", views.columns, name="two_lists_columns"),
    path("match/<slug:key>/", views.result, name="two_lists_result"),
    path("match/<slug:key>/report/", views.report, name="two_lists_report"),
    path("match/<slug:key>/matches.<slug:ending>", views.download, name="two_lists_download"),
    path("match/<slug:key>/forget/", views.forget, name="two_lists_forget"),
    path("match/<slug:key>/keep/", views.keep, name="two_lists_keep"),
]
