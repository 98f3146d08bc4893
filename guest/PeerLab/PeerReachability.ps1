# The target's half of a test of reachability: listeners for the time of the test, who holds a port, what the Windows
# Firewall does with it. The other half, the connections, is C# (ReachabilityActions.cs).
# Only definitions: this file is dot-sourced by PeerLab.psm1, which has compiled the C# files.

$script:ListenerTask = 'PeerLab-Listener'
$script:ListenerStartSeconds = 30

function Get-ListeningPort {
    <#
    .SYNOPSIS
    Which of the ports some program listens on over IPv6: a table from port to process id.
    #>
    param([Parameter(Mandatory = $true)][int[]]$Port)
    $found = @{}
    foreach ($connection in @(Get-NetTCPConnection -State Listen -ErrorAction SilentlyContinue)) {
        if ($Port -contains $connection.LocalPort -and ([string]$connection.LocalAddress).Contains(':')) {
            $found[[int]$connection.LocalPort] = [int]$connection.OwningProcess
        }
    }
    return $found
}

function Get-ProgramPath {
    <#
    .SYNOPSIS
    The full path of a process's program, or its name alone where Windows does not tell the path.
    #>
    param([Parameter(Mandatory = $true)][int]$Id)
    $process = Get-Process -Id $Id -ErrorAction SilentlyContinue
    if ($null -eq $process) {
        return 'unknown'
    }
    if ($process.Path) {
        return [string]$process.Path
    }
    return [string]$process.ProcessName
}

function Get-FilterTable {
    <#
    .SYNOPSIS
    Filters of firewall rules by the rule they belong to.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyCollection()][object[]]$Filter)
    $table = @{}
    foreach ($one in $Filter) {
        $table[[string]$one.InstanceID] = $one
    }
    return $table
}

function Test-AnyValue {
    <#
    .SYNOPSIS
    Whether a condition of a firewall rule is none: Any, empty, or absent.
    #>
    param([AllowNull()][object]$Value)
    $texts = @($Value | ForEach-Object -Process { [string]$_ } | Where-Object -FilterScript { $_ })
    return ($texts.Count -eq 0 -or ($texts.Count -eq 1 -and 'Any' -eq $texts[0]))
}

function Get-FirewallRuleFact {
    <#
    .SYNOPSIS
    The enabled inbound rules in force, of every source, as PeerLab.FirewallRuleFacts. Read in bulk: a query for each of
    several hundred rules takes minutes.
    #>
    param()
    $store = @{ PolicyStore = 'ActiveStore' }
    $ports = Get-FilterTable -Filter @(Get-NetFirewallPortFilter @store -ErrorAction Stop)
    $addresses = Get-FilterTable -Filter @(Get-NetFirewallAddressFilter @store -ErrorAction Stop)
    $applications = Get-FilterTable -Filter @(Get-NetFirewallApplicationFilter @store -ErrorAction Stop)
    $services = Get-FilterTable -Filter @(Get-NetFirewallServiceFilter @store -ErrorAction Stop)
    $interfaces = Get-FilterTable -Filter @(Get-NetFirewallInterfaceFilter @store -ErrorAction Stop)
    $kinds = Get-FilterTable -Filter @(Get-NetFirewallInterfaceTypeFilter @store -ErrorAction Stop)
    $securities = Get-FilterTable -Filter @(Get-NetFirewallSecurityFilter @store -ErrorAction Stop)
    foreach ($rule in @(Get-NetFirewallRule @store -Direction Inbound -Enabled True -ErrorAction Stop)) {
        $id = [string]$rule.InstanceID
        if (-not ($ports.ContainsKey($id) -and $addresses.ContainsKey($id))) {
            continue
        }
        $fact = New-Object -TypeName PeerLab.FirewallRuleFacts
        $fact.Name = [string]$rule.Name
        $fact.Action = [string]$rule.Action
        $fact.Profile = [string]$rule.Profile
        $fact.Protocol = [string]$ports[$id].Protocol
        $fact.LocalPorts = [string[]]@($ports[$id].LocalPort)
        $fact.RemoteAddresses = [string[]]@($addresses[$id].RemoteAddress)
        $fact.Restricted = -not (Test-AnyValue -Value $ports[$id].RemotePort) -or -not (Test-AnyValue -Value $addresses[$id].LocalAddress)
        if ($applications.ContainsKey($id)) {
            $fact.Program = [string]$applications[$id].Program
            $fact.Restricted = $fact.Restricted -or -not (Test-AnyValue -Value $applications[$id].Package)
        }
        if ($services.ContainsKey($id)) {
            $fact.Service = [string]$services[$id].Service
        }
        if ($interfaces.ContainsKey($id)) {
            $fact.Restricted = $fact.Restricted -or -not (Test-AnyValue -Value $interfaces[$id].InterfaceAlias)
        }
        if ($kinds.ContainsKey($id)) {
            $fact.Restricted = $fact.Restricted -or -not (Test-AnyValue -Value $kinds[$id].InterfaceType)
        }
        if ($securities.ContainsKey($id)) {
            $fact.Restricted = $fact.Restricted -or 'NotRequired' -ne [string]$securities[$id].Authentication -or
                -not (Test-AnyValue -Value $securities[$id].RemoteUser) -or -not (Test-AnyValue -Value $securities[$id].RemoteMachine)
        }
        $fact
    }
}

function Get-FirewallProfileName {
    <#
    .SYNOPSIS
    The firewall profiles of the machine's networks: Domain, Private, Public. Public where Windows knows no network.
    #>
    param()
    $names = @(foreach ($network in @(Get-NetConnectionProfile -ErrorAction SilentlyContinue)) {
            ([string]$network.NetworkCategory) -replace '^DomainAuthenticated$', 'Domain'
        })
    $names = @($names | Sort-Object -Unique)
    if ($names.Count -eq 0) {
        return 'Public'
    }
    return $names
}

function Get-FirewallVerdict {
    <#
    .SYNOPSIS
    What the Windows Firewall does with a new TCP connection over IPv6: a table from port to the fields action and rule.
    .PARAMETER Program
    Table from port to the path of the program that holds it; ports that nobody holds are absent.
    #>
    param([Parameter(Mandatory = $true)][int[]]$Port, [Parameter(Mandatory = $true)][hashtable]$Program)
    $rules = [PeerLab.FirewallRuleFacts[]]@(Get-FirewallRuleFact)
    $profiles = @(Get-NetFirewallProfile -PolicyStore ActiveStore -ErrorAction Stop)
    $closed = [string[]]@($profiles | Where-Object -FilterScript { 'False' -eq [string]$_.AllowInboundRules } | ForEach-Object -Process { [string]$_.Name })
    $open = [string[]]@($profiles | Where-Object -FilterScript { 'Allow' -eq [string]$_.DefaultInboundAction } | ForEach-Object -Process { [string]$_.Name })
    $off = [string[]]@($profiles | Where-Object -FilterScript { 'False' -eq [string]$_.Enabled } | ForEach-Object -Process { [string]$_.Name })
    $names = [string[]]@(Get-FirewallProfileName)
    $verdicts = @{}
    foreach ($one in $Port) {
        $path = ''
        if ($Program.ContainsKey($one)) {
            $path = $Program[$one]
        }
        $verdicts[$one] = [PeerLab.FirewallDecision]::Decide($one, $path, $rules, $names, $closed, $open, $off)
    }
    return $verdicts
}

function Open-ListenerTask {
    <#
    .SYNOPSIS
    Opens a listener on each of the ports, in a task of LocalSystem that ends and deletes itself after the time, and waits
    until they listen, at most half a minute.
    #>
    param([Parameter(Mandatory = $true)][int[]]$Port, [Parameter(Mandatory = $true)][int]$Seconds)
    $arguments = '-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{0}/PeerListener.ps1" -Ports "{1}" -Seconds {2}' -f $script:GuestDirectory, ($Port -join ','), $Seconds
    $definition = New-TaskDefinition -Description 'PeerLab: listens for the time of a test of reachability.' -Arguments $arguments
    $definition.Settings.ExecutionTimeLimit = 'PT{0}S' -f ($Seconds + 60)
    Set-TaskExpiry -Definition $definition -Seconds ($Seconds + 120)
    $null = (Register-SystemTask -Name $script:ListenerTask -Definition $definition).Run($null)
    $end = [DateTime]::UtcNow.AddSeconds($script:ListenerStartSeconds)
    do {
        $listening = Get-ListeningPort -Port $Port
        $missing = @($Port | Where-Object -FilterScript { -not $listening.ContainsKey($_) })
        if ($missing.Count -eq 0) {
            return
        }
        Start-Sleep -Milliseconds 500
    } while ([DateTime]::UtcNow -lt $end)
    $null = Remove-PeerTask -Name $script:ListenerTask
    throw (New-PeerFailure -Code 'TimedOut' -Message ('No listener opened on TCP {0} within {1} seconds.' -f ($missing -join ', '), $script:ListenerStartSeconds) -Hint 'Read the history of the task scheduler on the machine; Windows may have reserved the port (netsh interface ipv6 show excludedportrange protocol=tcp).')
}

function Open-PeerListener {
    <#
    .SYNOPSIS
    Opens an unrestricted IPv6 listener on each port that nobody holds, in place of those of an earlier test; returns for each
    port who listens and what the Windows Firewall does with it.
    #>
    param([Parameter(Mandatory = $true)][int[]]$Port, [Parameter(Mandatory = $true)][int]$Seconds)
    # Listeners of an earlier test would count as held.
    $null = Remove-PeerTask -Name $script:ListenerTask
    $held = Get-ListeningPort -Port $Port
    $programs = @{}
    foreach ($one in @($held.Keys)) {
        $programs[$one] = Get-ProgramPath -Id $held[$one]
    }
    $free = @($Port | Where-Object -FilterScript { -not $held.ContainsKey($_) })
    if ($free.Count -gt 0) {
        Open-ListenerTask -Port $free -Seconds $Seconds
    }
    $verdicts = Get-FirewallVerdict -Port $Port -Program $programs
    foreach ($one in $Port) {
        $fact = [ordered]@{ port = $one; listener = 'opened' }
        if ($programs.ContainsKey($one)) {
            $fact['listener'] = 'held'
            $fact['program'] = Split-Path -Path $programs[$one] -Leaf
        }
        $fact['firewall'] = $verdicts[$one]
        $fact
    }
}

function Start-PeerListener {
    <#
    .SYNOPSIS
    Opens listeners for the time of a test, and tells what the Windows Firewall does with each port.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Start-PeerListener', $Request)
    $facts = @(Open-PeerListener -Port ([int[]]@($Request['ports'])) -Seconds ([int]$Request['seconds']))
    return New-Report -Action 'Start-PeerListener' -Field ([ordered]@{ ports = [object[]]$facts })
}

function Get-ListenersReport {
    <#
    .SYNOPSIS
    Opens the listeners that another action was asked for beside its own work: the field ports, or the field failure where they
    cannot be opened, which is no failure of that action.
    .PARAMETER Secret
    Texts of the request that must not appear in a failure.
    #>
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Listen, [string[]]$Secret = @())
    try {
        $facts = @(Open-PeerListener -Port ([int[]]@($Listen['ports'])) -Seconds ([int]$Listen['seconds']))
        return [ordered]@{ ports = [object[]]$facts }
    }
    catch {
        return [ordered]@{ failure = (ConvertTo-GuestFailure -ErrorRecord $_ -Secret $Secret) }
    }
}

function Stop-PeerListener {
    <#
    .SYNOPSIS
    Ends the listeners of Start-PeerListener before their time, or says that there were none.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $null = [PeerLab.PeerActions]::CheckRequest('Stop-PeerListener', $Request)
    return New-Report -Action 'Stop-PeerListener' -Field ([ordered]@{ stopped = (Remove-PeerTask -Name $script:ListenerTask) })
}

function Invoke-PeerListener {
    <#
    .SYNOPSIS
    Listens on the ports until the time is over, then deletes the task that this runs in; what PeerListener.ps1 does.
    #>
    param([Parameter(Mandatory = $true)][int[]]$Port, [Parameter(Mandatory = $true)][int]$Seconds)
    try {
        $null = [PeerLab.PeerListener]::Run($Port, [TimeSpan]::FromSeconds($Seconds))
    }
    finally {
        (Get-TaskFolder).DeleteTask($script:ListenerTask, 0)
    }
}
