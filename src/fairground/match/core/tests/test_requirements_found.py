"""What is asked once is judged once: sentences of a need that its stated requirements already cover are left out."""

from fairground.collect.core.records import Need, Offer, Origin, Requirement
from fairground.language.local_text import LocalText
from fairground.match.core.judgement import judge
from fairground.match.core.requirements import requirements_of
from fairground.match.core.results import Verdict


def _need(requirements: tuple[Requirement, ...], **texts: str) -> Need:
    return Need(
        id="n",
        origin=Origin("needs", None, 1),
        texts={name: LocalText(zh=text) for name, text in texts.items()},
        requirements=requirements,
    )


def _found(need: Need) -> list[str]:
    return [item.text for item in requirements_of(need)]


def test_outcome_that_repeats_the_requirements_adds_none() -> None:
    stated = (Requirement("异常指令识别率不低于 95%"), Requirement("旁路部署,不安装代理软件"))
    need = _need(stated, wanted_outcome="旁路接入,识别 95% 以上的异常指令")
    assert _found(need) == [item.text for item in stated]


def test_outcome_with_a_new_figure_is_kept() -> None:
    need = _need((Requirement("异常指令识别率不低于 95%"),), wanted_outcome="识别 99% 以上的异常指令")
    assert _found(need) == ["异常指令识别率不低于 95%", "识别 99% 以上的异常指令"]


def test_outcome_with_the_same_figure_of_something_else_is_kept() -> None:
    need = _need((Requirement("异常指令识别率不低于 95%"),), wanted_outcome="溶剂回收 95% 以上")
    assert len(_found(need)) == 2


def test_figures_of_the_problem_are_no_requirements_where_some_are_stated() -> None:
    problem = "全县糖尿病患者 3.1 万人,筛查率不到 10%"
    assert _found(_need((Requirement("灵敏度不低于 90%"),), problem=problem)) == ["灵敏度不低于 90%"]


def test_judgement_of_a_refused_approach_says_that_it_is_one() -> None:
    offer = Offer(id="o", origin=Origin("offers", None, 1), texts={"summary": LocalText(zh="设备重 3 kg。")})
    refused = judge(Requirement("数据上传公有云", "must", excluded=True), offer)
    wanted = judge(Requirement("数据上传公有云"), offer)
    assert (refused.excluded, refused.verdict, refused.is_open_refusal) == (True, Verdict.MISSING, True)
    assert (wanted.excluded, wanted.is_open_refusal) == (False, False)
