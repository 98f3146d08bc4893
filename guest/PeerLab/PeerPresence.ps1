# The presence holder: what stays alive after the session that set it up. It runs as the lab user, from the start of
# Windows on, in a task under the user's password, or in a service where a policy forbids stored passwords.
# Only definitions: this file is dot-sourced by PeerLab.psm1, which has compiled the C# files.

$script:HolderTask = 'PeerLab-Holder'
$script:PresencePath = $script:GuestDirectory + '/presence.json'
$script:PresenceStatePath = $script:GuestDirectory + '/work/presence-state.json'
# The time of this file is when the scheduler was given the password, its text which guest files the holder runs.
$script:HolderNote = $script:GuestDirectory + '/work/holder-installed'
$script:HolderSeconds = 60
# The policy that forbids stored passwords: ERROR_NO_SUCH_LOGON_SESSION.
$script:NoStoredPassword = '0x80070520'
# What decides how the task runs; compared one by one, so that a second run changes nothing.
$script:HolderTaskSetting = @(
    'Principal.LogonType', 'Principal.RunLevel', 'RegistrationInfo.Description', 'Settings.AllowDemandStart',
    'Settings.AllowHardTerminate', 'Settings.DeleteExpiredTaskAfter', 'Settings.DisallowStartIfOnBatteries',
    'Settings.Enabled', 'Settings.ExecutionTimeLimit', 'Settings.IdleSettings.RestartOnIdle',
    'Settings.IdleSettings.StopOnIdleEnd', 'Settings.MultipleInstances', 'Settings.RestartCount',
    'Settings.RestartInterval', 'Settings.RunOnlyIfIdle', 'Settings.RunOnlyIfNetworkAvailable',
    'Settings.StartWhenAvailable', 'Settings.StopIfGoingOnBatteries'
)
$script:TriggerSetting = @(
    'Type', 'Enabled', 'StartBoundary', 'EndBoundary', 'ExecutionTimeLimit', 'Repetition.Interval', 'Repetition.Duration'
)

function New-HolderDefinition {
    <#
    .SYNOPSIS
    The holder's task (ITaskDefinition): from the start of Windows on, without end; every quarter of an hour where it has
    ended. Oftener, a password that is not the user's any more would lock the user out: Windows counts ten refused logons
    until ten minutes pass without one.
    #>
    param()
    $arguments = '-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{0}/PeerHolder.ps1"' -f $script:GuestDirectory
    $definition = New-TaskDefinition -Description 'PeerLab: keeps peer names registered and groups connected.' -Arguments $arguments
    $definition.Principal.UserId = (Get-CurrentAccount).Name
    $definition.Principal.LogonType = 1 # TASK_LOGON_PASSWORD
    $definition.Principal.RunLevel = 1 # TASK_RUNLEVEL_HIGHEST
    # Without it the scheduler ends a task after 72 hours.
    $definition.Settings.ExecutionTimeLimit = 'PT0S'
    $definition.Settings.MultipleInstances = 2 # TASK_INSTANCES_IGNORE_NEW
    $definition.Settings.StartWhenAvailable = $true
    $definition.Settings.RestartInterval = 'PT1M'
    $definition.Settings.RestartCount = 3
    $boot = $definition.Triggers.Create(8) # TASK_TRIGGER_BOOT
    $boot.Enabled = $true
    $repeated = $definition.Triggers.Create(1) # TASK_TRIGGER_TIME
    $repeated.Enabled = $true
    $repeated.StartBoundary = '2020-01-01T00:00:00Z'
    # No duration: for ever.
    $repeated.Repetition.Interval = 'PT15M'
    return $definition
}

function Get-TaskSetting {
    <#
    .SYNOPSIS
    The value at a path of properties, as a text; empty where it is not set.
    #>
    param([Parameter(Mandatory = $true)][object]$Definition, [Parameter(Mandatory = $true)][string]$Path)
    $value = $Definition
    foreach ($part in ($Path -split '\.')) {
        $value = $value.$part
    }
    return [string]$value
}

function Get-TriggerText {
    <#
    .SYNOPSIS
    The triggers of a task as one text.
    #>
    param([Parameter(Mandatory = $true)][object]$Definition)
    $texts = @(foreach ($trigger in $Definition.Triggers) {
            $values = @(foreach ($path in $script:TriggerSetting) {
                    $value = Get-TaskSetting -Definition $trigger -Path $path
                    if ($value -and $path -match 'Boundary$') {
                        # The scheduler may give a time back in another spelling.
                        $value = ConvertTo-UtcText -Time ([DateTime]::Parse($value, [System.Globalization.CultureInfo]::InvariantCulture, [System.Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'))
                    }
                    $value
                })
            $values -join '|'
        })
    return (@($texts | Sort-Object) -join ' ')
}

function Get-ActionText {
    <#
    .SYNOPSIS
    What a task runs, as one text.
    #>
    param([Parameter(Mandatory = $true)][object]$Definition)
    $texts = @(foreach ($action in $Definition.Actions) {
            '{0} {1} {2}' -f $action.Type, $action.Path, $action.Arguments
        })
    return ($texts -join '; ')
}

function Test-SameAccount {
    <#
    .SYNOPSIS
    Whether an account's name, in any spelling that Windows gives back, is the current user's.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyString()][string]$Name)
    $account = Get-CurrentAccount
    # "VM\ada", ".\ada", "ada", or the identifier itself.
    $plain = $Name -replace '^.*\\', ''
    return ($plain -eq $account.User -or $Name -eq [string]$account.Sid)
}

function Get-HolderTaskDifference {
    <#
    .SYNOPSIS
    The names of the settings in which the installed task is not the wanted one.
    #>
    param([Parameter(Mandatory = $true)][object]$Task)
    $wanted = New-HolderDefinition
    $present = $Task.Definition
    foreach ($path in $script:HolderTaskSetting) {
        if ((Get-TaskSetting -Definition $present -Path $path) -ne (Get-TaskSetting -Definition $wanted -Path $path)) {
            $path
        }
    }
    if ((Get-TriggerText -Definition $present) -ne (Get-TriggerText -Definition $wanted)) {
        'Triggers'
    }
    if ((Get-ActionText -Definition $present) -ne (Get-ActionText -Definition $wanted)) {
        'Actions'
    }
    if (-not (Test-SameAccount -Name ([string]$present.Principal.UserId))) {
        'Principal.UserId'
    }
    if (-not $Task.Enabled) {
        'Enabled'
    }
}

function Get-HolderKind {
    <#
    .SYNOPSIS
    How the holder is installed: task, service, or null where it is not.
    #>
    param()
    if ($null -ne (Find-PeerTask -Name $script:HolderTask)) {
        return 'task'
    }
    if (Get-ServiceStatus -Name $script:HolderService) {
        return 'service'
    }
    return $null
}

function Get-HolderDifference {
    <#
    .SYNOPSIS
    What of the installed holder is not as wanted: names of settings, the right to log on that the user lost, and password
    where the user got another one since.
    #>
    param([Parameter(Mandatory = $true)][ValidateSet('task', 'service')][string]$Kind)
    $right = 'SeServiceLogonRight'
    if ('task' -eq $Kind) {
        $right = 'SeBatchLogonRight'
        Get-HolderTaskDifference -Task (Find-PeerTask -Name $script:HolderTask)
    }
    else {
        Get-HolderServiceDifference
    }
    if (-not (Test-AccountRight -Right $right)) {
        $right
    }
    if (Test-PasswordChangedSince -File $script:HolderNote) {
        'password'
    }
}

function Test-PasswordChangedSince {
    <#
    .SYNOPSIS
    Whether the user's password was changed after a file was written, by the user or from outside; true without the file.
    #>
    param([Parameter(Mandatory = $true)][string]$File)
    if (-not (Test-Path -LiteralPath $File)) {
        return $true
    }
    $user = Get-LocalUser -Name (Get-CurrentAccount).User
    # Windows keeps the time of a password in whole seconds.
    return ($null -ne $user.PasswordLastSet -and $user.PasswordLastSet.ToUniversalTime() -gt [System.IO.File]::GetLastWriteTimeUtc($File).AddSeconds(1))
}

function Set-HolderNote {
    <#
    .SYNOPSIS
    Notes which guest files the holder was started with.
    .PARAMETER Password
    Set where the scheduler was just given the password; otherwise the time of the note stays as it was.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyString()][string]$GuestFiles, [switch]$Password)
    $time = [DateTime]::UtcNow
    if (-not $Password -and (Test-Path -LiteralPath $script:HolderNote)) {
        $time = [System.IO.File]::GetLastWriteTimeUtc($script:HolderNote)
    }
    [System.IO.File]::WriteAllText($script:HolderNote, $GuestFiles)
    $null = [System.IO.File]::SetLastWriteTimeUtc($script:HolderNote, $time)
}

function Register-HolderTask {
    <#
    .SYNOPSIS
    Registers the holder's task under the user's password, in place of an older one. Returns an empty text, or the
    scheduler's number where it refuses to store passwords.
    #>
    param([Parameter(Mandatory = $true)][string]$UserPassword)
    $account = Get-CurrentAccount
    Grant-AccountRight -Right 'SeBatchLogonRight'
    try {
        # TASK_CREATE_OR_UPDATE, TASK_LOGON_PASSWORD
        $null = (Get-TaskFolder).RegisterTaskDefinition($script:HolderTask, (New-HolderDefinition), 6, $account.Name, $UserPassword, 1)
        return ''
    }
    catch {
        $code = Get-HResultText -ErrorRecord $_
        if ($script:NoStoredPassword -eq $code) {
            return $code
        }
        throw (New-PeerFailure -Code 'HolderNotInstalled' -HResult $code -Message ('The scheduler did not take the presence holder''s task: {0}.' -f $code) -Hint 'Check userPassword (0x8007052E: it is not the user''s) and the right to log on as a batch job.')
    }
}

function Grant-AccountRight {
    <#
    .SYNOPSIS
    Gives the current user a right to log on, such as SeBatchLogonRight; one that it has already is no failure.
    #>
    param([Parameter(Mandatory = $true)][string]$Right)
    $null = [PeerLab.AccountRights]::Add((Get-AccountIdentifier), $Right)
}

function Test-AccountRight {
    <#
    .SYNOPSIS
    Whether the current user itself, not a group of it, has a right to log on.
    #>
    param([Parameter(Mandatory = $true)][string]$Right)
    return [PeerLab.AccountRights]::Has((Get-AccountIdentifier), $Right)
}

function Get-AccountIdentifier {
    <#
    .SYNOPSIS
    The current user's security identifier in its binary form.
    #>
    param()
    $sid = (Get-CurrentAccount).Sid
    $bytes = [byte[]]::new($sid.BinaryLength)
    $null = $sid.GetBinaryForm($bytes, 0)
    # The comma keeps it one value.
    return , $bytes
}

function Disable-PasswordExpiry {
    <#
    .SYNOPSIS
    Sets the user's password not to expire, which would end the holder; writes the phrase.
    #>
    param([switch]$Test)
    $name = (Get-CurrentAccount).User
    $user = Get-LocalUser -Name $name
    if ($null -eq $user.PasswordExpires) {
        return
    }
    if ($Test) {
        'password of {0} expires' -f $name
        return
    }
    Set-LocalUser -Name $name -PasswordNeverExpires $true
    'password of {0} set not to expire' -f $name
}

function Install-Holder {
    <#
    .SYNOPSIS
    Installs the holder, or corrects it, where it is not as wanted; writes phrases.
    #>
    param([AllowNull()][AllowEmptyString()][string]$UserPassword)
    $kind = Get-HolderKind
    if ($null -ne $kind -and @(Get-HolderDifference -Kind $kind).Count -eq 0) {
        return
    }
    if (-not $UserPassword) {
        throw (New-PeerFailure -Code 'HolderNotInstalled' -Message 'The presence holder has to be installed, and the request has no userPassword.' -Hint 'Give the lab user''s password in userPassword: the scheduler starts the holder with it after every boot.')
    }
    $refused = ''
    if ('service' -ne $kind) {
        $refused = Register-HolderTask -UserPassword $UserPassword
    }
    if ($refused -or 'service' -eq $kind) {
        # A task of before the policy would hold what the service is to hold.
        $null = Remove-PeerTask -Name $script:HolderTask
        Register-HolderService -UserPassword $UserPassword
    }
    Set-HolderNote -GuestFiles '' -Password
    if ($null -eq $kind) {
        'presence holder installed ({0})' -f (Get-HolderKind)
    }
    else {
        'presence holder corrected'
    }
}

function Test-HolderRunning {
    <#
    .SYNOPSIS
    Whether the task or service of the holder runs now.
    #>
    param([AllowNull()][AllowEmptyString()][string]$Kind)
    if ('task' -eq $Kind) {
        return (4 -eq (Find-PeerTask -Name $script:HolderTask).State) # TASK_STATE_RUNNING
    }
    return ('service' -eq $Kind -and 'Running' -eq (Get-ServiceStatus -Name $script:HolderService))
}

function Start-Holder {
    <#
    .SYNOPSIS
    Starts the holder where it does not run, and again where it still runs older guest files; writes the phrase.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyString()][string]$GuestFiles)
    $kind = Get-HolderKind
    $phrase = 'presence holder started'
    if (Test-HolderRunning -Kind $kind) {
        if ([PeerLab.PresenceFile]::ReadShared($script:HolderNote) -ceq $GuestFiles) {
            return
        }
        $phrase = 'presence holder restarted'
        Stop-Holder -Kind $kind
    }
    Stop-OrphanHolder
    if ('task' -eq $kind) {
        $null = (Find-PeerTask -Name $script:HolderTask).Run($null)
    }
    else {
        $null = Start-BoundedService -Name $script:HolderService
    }
    Set-HolderNote -GuestFiles $GuestFiles
    $phrase
}

function Stop-OrphanHolder {
    <#
    .SYNOPSIS
    Ends a holder that its task or service no longer knows: whoever deletes a task leaves its process running, and a second
    holder would end beside it.
    #>
    param()
    $id = [PeerLab.PresenceFile]::LiveProcess($script:GuestDirectory)
    if (0 -eq $id) {
        return
    }
    Stop-Process -Id $id -Force -ErrorAction SilentlyContinue
    Wait-Process -Id $id -Timeout 20 -ErrorAction SilentlyContinue
}

function Stop-Holder {
    <#
    .SYNOPSIS
    Ends the holder's process and waits until it has ended.
    #>
    param([Parameter(Mandatory = $true)][ValidateSet('task', 'service')][string]$Kind)
    if ('task' -eq $Kind) {
        Stop-PeerTask -Task (Find-PeerTask -Name $script:HolderTask)
        return
    }
    Stop-HolderService
}

function Test-PresenceHeld {
    <#
    .SYNOPSIS
    Whether the holder runs and its state names exactly what the text wants; which of it is registered is another matter.
    #>
    param([Parameter(Mandatory = $true)][string]$Text)
    $facts = [PeerLab.PeerHolder]::Facts((New-ActionContext))
    $state = [PeerLab.PresenceFile]::ReadShared($script:PresenceStatePath)
    return ('running' -eq [string]$facts['holder'] -and [PeerLab.PresenceFile]::IsHeld($Text, $state))
}

function Wait-PresenceHeld {
    <#
    .SYNOPSIS
    Waits until the holder has taken up what it is to hold; says whether it has. Ends early where it does not run.
    #>
    param([Parameter(Mandatory = $true)][string]$Text, [int]$Seconds = $script:HolderSeconds)
    $begin = [DateTime]::UtcNow
    while (([DateTime]::UtcNow - $begin).TotalSeconds -lt $Seconds) {
        if (Test-PresenceHeld -Text $Text) {
            return $true
        }
        if (([DateTime]::UtcNow - $begin).TotalSeconds -gt 15 -and -not (Test-HolderRunning -Kind (Get-HolderKind))) {
            return $false
        }
        Start-Sleep -Milliseconds 500
    }
    return $false
}

function New-HolderSilence {
    <#
    .SYNOPSIS
    The failure of a holder that did not take up its work, with what the scheduler or the service manager knows.
    #>
    param()
    $kind = [string](Get-HolderKind)
    $code = ''
    $detail = 'its {0} is installed' -f $kind
    if ('task' -eq $kind) {
        # Signed or unsigned, the low 32 bits count.
        $code = '0x{0:X8}' -f ([long](Find-PeerTask -Name $script:HolderTask).LastTaskResult -band [long][uint32]::MaxValue)
        $detail = 'its task ended with or is at {0}' -f $code
    }
    return New-PeerFailure -Code 'HolderNotInstalled' -HResult $code -Message ('The presence holder did not begin its work within {0} seconds: {1}.' -f $script:HolderSeconds, $detail) -Hint 'Read work/holder.log in the guest folder and the history of the task scheduler; 0x8007052E: the password is not the user''s any more, give userPassword.'
}

function Remove-Holder {
    <#
    .SYNOPSIS
    Removes the holder with everything of it: task or service, wanted state, state and log; writes the phrase.
    .DESCRIPTION
    The wanted state goes first, which makes the holder unregister its names, leave its groups and end.
    #>
    param()
    $kind = Get-HolderKind
    if (Test-Path -LiteralPath $script:PresencePath) {
        Remove-Item -LiteralPath $script:PresencePath -Force
    }
    if ($null -ne $kind) {
        $end = [DateTime]::UtcNow.AddSeconds(20)
        while ((Test-HolderRunning -Kind $kind) -and [DateTime]::UtcNow -lt $end) {
            Start-Sleep -Milliseconds 250
        }
        $null = Remove-PeerTask -Name $script:HolderTask
        Remove-HolderService
        'presence holder removed'
    }
    foreach ($file in @(Get-ChildItem -LiteralPath ($script:GuestDirectory + '/work') -File -ErrorAction SilentlyContinue)) {
        if ($file.Name -match '^(presence-state|holder)') {
            Remove-Item -LiteralPath $file.FullName -Force
        }
    }
}

function Exit-UnwantedGroup {
    <#
    .SYNOPSIS
    Has a running holder leave the groups that are no longer wanted, before their data is deleted: deletion makes every open
    handle of a group invalid.
    #>
    param([Parameter(Mandatory = $true)][object]$Presence)
    $text = [PeerLab.PresenceFile]::WithoutUnwantedGroups([PeerLab.PresenceFile]::ReadShared($script:PresencePath), $Presence)
    if ($text) {
        $null = [PeerLab.PeerFiles]::Replace($script:PresencePath, $text)
        if (Test-HolderRunning -Kind (Get-HolderKind)) {
            $null = Wait-PresenceHeld -Text $text -Seconds 20
        }
    }
}

function Set-PresenceState {
    <#
    .SYNOPSIS
    Brings the holder to the wanted presence and waits until it has taken it up; writes phrases.
    .PARAMETER Before
    The wanted presence as it was on the disk when the action began.
    #>
    param(
        [Parameter(Mandatory = $true)][object]$Presence,
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Before,
        [AllowNull()][AllowEmptyString()][string]$UserPassword,
        [Parameter(Mandatory = $true)][AllowEmptyString()][string]$GuestFiles
    )
    foreach ($phrase in [PeerLab.PresenceFile]::Phrases($Before, $Presence, $false)) {
        $phrase
    }
    if ([PeerLab.PresenceFile]::IsEmpty($Presence)) {
        Remove-Holder
        return
    }
    # First, since without a password it ends here with nothing changed.
    Install-Holder -UserPassword $UserPassword
    Disable-PasswordExpiry
    $text = [PeerLab.PresenceFile]::Text($Presence)
    if ([PeerLab.PresenceFile]::ReadShared($script:PresencePath) -cne $text) {
        $null = [PeerLab.PeerFiles]::Replace($script:PresencePath, $text)
    }
    Start-Holder -GuestFiles $GuestFiles
    if (Wait-PresenceHeld -Text $text) {
        return
    }
    if (-not $UserPassword -or 'task' -ne (Get-HolderKind)) {
        throw (New-HolderSilence)
    }
    # The stored password may not be the user's any more: given once more, and started again.
    if (Register-HolderTask -UserPassword $UserPassword) {
        throw (New-HolderSilence)
    }
    Set-HolderNote -GuestFiles '' -Password
    'presence holder corrected'
    Start-Holder -GuestFiles $GuestFiles
    if (-not (Wait-PresenceHeld -Text $text)) {
        throw (New-HolderSilence)
    }
}

function Get-PresenceDrift {
    <#
    .SYNOPSIS
    What Set-PresenceState would change, one phrase each; changes nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Presence)
    foreach ($phrase in [PeerLab.PresenceFile]::Phrases([PeerLab.PresenceFile]::ReadShared($script:PresencePath), $Presence, $true)) {
        $phrase
    }
    $kind = Get-HolderKind
    if ([PeerLab.PresenceFile]::IsEmpty($Presence)) {
        if ($null -ne $kind) {
            'presence holder is not wanted'
        }
        return
    }
    if ($null -eq $kind) {
        'presence holder is not installed'
        return
    }
    foreach ($setting in @(Get-HolderDifference -Kind $kind)) {
        'presence holder differs: {0}' -f $setting
    }
    Disable-PasswordExpiry -Test
    if (-not (Test-HolderRunning -Kind $kind)) {
        'presence holder is not running'
    }
}

function Get-PresenceFact {
    <#
    .SYNOPSIS
    What the holder holds, and how it is installed: PresenceFacts of the contract.
    #>
    param()
    return Add-HolderKind -Fact ([PeerLab.PeerHolder]::Facts((New-ActionContext)))
}

function Add-HolderKind {
    <#
    .SYNOPSIS
    PresenceFacts of the contract out of what the holder's files tell, and how it is installed.
    #>
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Fact)
    $kind = Get-HolderKind
    if ($null -eq $kind) {
        $Fact['holder'] = 'absent'
        $null = $Fact.Remove('runsAs')
    }
    else {
        if ('absent' -eq [string]$Fact['holder']) {
            $Fact['holder'] = 'stopped'
        }
        $Fact['runsAs'] = $kind
    }
    return $Fact
}

function Update-HolderPassword {
    <#
    .SYNOPSIS
    Gives the scheduler or the service manager the user's new password, which they check; returns task or service. What
    runs goes on running.
    #>
    param([Parameter(Mandatory = $true)][string]$UserPassword)
    $kind = Get-HolderKind
    $refused = ''
    if ('task' -eq $kind) {
        $refused = Register-HolderTask -UserPassword $UserPassword
    }
    elseif ('service' -eq $kind) {
        Register-HolderService -UserPassword $UserPassword
    }
    if ($null -eq $kind -or $refused) {
        throw (New-PeerFailure -Code 'HolderNotInstalled' -Message (('There is a wanted presence, and no holder that takes the new password. {0}' -f $refused).TrimEnd()) -Hint 'Run Set-PeerMachine with userPassword.')
    }
    Set-HolderNote -GuestFiles ([PeerLab.PresenceFile]::ReadShared($script:HolderNote)) -Password
    return $kind
}

function Invoke-PeerHolder {
    <#
    .SYNOPSIS
    Holds what presence.json says, until that file is gone; what PeerHolder.ps1 does. Returns its exit code.
    #>
    param()
    return [PeerLab.PeerHolder]::Run($script:GuestDirectory)
}
